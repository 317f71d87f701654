//! Extensions are built before everything that may name them, those that others name first.

use super::Budget;
use super::engine::StartError;
use crate::Plan;
use crate::component::{BuildContext, ComponentId, Extension, Extensions, Failure, Services};
use crate::renewal::Renewals;

/// The extensions of a plan, built but not running, and what they do for others.
pub(crate) struct Built {
    /// Each with its place in [`Plan::declared`], in the order they start.
    pub(crate) running: Vec<(usize, Box<dyn Extension>)>,
    /// What they do for others.
    pub(crate) services: Extensions,
}

/// Builds the extensions of a plan. No I/O, nothing spawned.
pub(crate) fn build(plan: &Plan, budget: &Budget, renewals: &Renewals) -> Result<Built, StartError> {
    let mut built = Built { running: Vec::new(), services: Extensions::default() };
    let mut services: Vec<(ComponentId, Services)> = Vec::new();
    for at in order(plan)? {
        let declared = &plan.declared[at];
        let cx = BuildContext {
            budget: budget.clone(),
            extensions: built.services.clone(),
            renewals: renewals.clone(),
            ..BuildContext::new(declared.id.clone())
        };
        let extension = declared.component.build_extension(&declared.config, &cx);
        let extension = extension.map_err(|failure| StartError::Build { id: declared.id.clone(), failure })?;
        services.push((declared.id.clone(), extension.services()));
        built.services = Extensions::new(services.iter().cloned());
        built.running.push((at, extension));
    }
    Ok(built)
}

/// The extensions in the order of the file, except that one comes after those it names.
fn order(plan: &Plan) -> Result<Vec<usize>, StartError> {
    let mut waiting = plan.extensions.clone();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let named = |at: usize| plan.declared[at].references.iter().map(|(reference, _)| reference.id.as_str());
        let is_free =
            |at: &usize| named(*at).all(|id| !waiting.iter().any(|other| plan.declared[*other].id.to_string() == id));
        let Some(place) = waiting.iter().position(is_free) else {
            let id = plan.declared[waiting[0]].id.clone();
            return Err(StartError::Build { id, failure: Failure("extensions name each other in a circle".into()) });
        };
        ordered.push(waiting.remove(place));
    }
    Ok(ordered)
}
