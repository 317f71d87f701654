//! Extensions are built before everything that may name them, those that others name first.

use std::sync::Arc;

use super::error::StartError;
use super::part::{Attached, Part};
use super::present::Present;
use crate::Plan;
use crate::component::{BuildContext, Extension, Extensions, Failure};

/// The extensions of a plan and what they do for others.
pub(super) struct Built {
    /// Each with its place in [`Plan::declared`], in the order they start.
    pub(super) all: Vec<(usize, Arc<Attached>)>,
    /// Those that are not running yet.
    pub(super) new: Vec<(Arc<Attached>, Box<dyn Extension>)>,
    /// What they do for others.
    pub(super) services: Extensions,
}

/// What the extensions of a plan do for others, without any of them running.
pub(crate) fn services(plan: &Plan) -> Result<Extensions, StartError> {
    Ok(build(plan, &Present::default())?.services)
}

/// Builds the extensions of a plan that are not there yet. No I/O, nothing spawned.
pub(super) fn build(plan: &Plan, present: &Present) -> Result<Built, StartError> {
    let mut built = Built { all: Vec::new(), new: Vec::new(), services: Extensions::default() };
    for at in order(plan)? {
        let attached = match present.extensions.get(&at) {
            Some(there) => there.clone(),
            None => built.add(plan, at, present)?,
        };
        built.all.push((at, attached));
        let services = built.all.iter().map(|(_, it)| (it.part.id.clone(), it.services.clone()));
        built.services = Extensions::new(services);
    }
    Ok(built)
}

// === impl Built ===

impl Built {
    fn add(&mut self, plan: &Plan, at: usize, present: &Present) -> Result<Arc<Attached>, StartError> {
        let declared = &plan.declared[at];
        let id = declared.id.clone();
        let cx = BuildContext {
            budget: present.budget.clone(),
            extensions: self.services.clone(),
            renewals: present.renewals.clone(),
            ..BuildContext::new(id.clone())
        };
        let extension = declared.component.build_extension(&declared.config, &cx);
        let extension = extension.map_err(|failure| StartError::Build { id: id.clone(), failure })?;
        let part = Part::new(id, &present.sockets);
        let attached = Arc::new(Attached { part, services: extension.services() });
        self.new.push((attached.clone(), extension));
        Ok(attached)
    }
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
