//! [`Present`]: what runs already when a plan is built.

use std::collections::HashMap;
use std::sync::Arc;

use super::Budget;
use super::part::{Attached, Node};
use crate::component::Exporter;
use crate::net::Sockets;
use crate::renewal::Renewals;

/// What runs already when a plan is built.
#[derive(Default)]
pub(crate) struct Present {
    /// Bytes in flight.
    pub(crate) budget: Budget,
    /// What is made of files.
    pub(crate) renewals: Renewals,
    /// Everybody's sockets.
    pub(crate) sockets: Sockets,
    /// The nodes that stay, by node of the new plan.
    pub(crate) nodes: HashMap<usize, Arc<Node>>,
    /// The nodes that others take over from, by node of the new plan.
    pub(crate) replaced: HashMap<usize, Arc<Node>>,
    /// The exporters that stay, by place in [`declared`](crate::Plan::declared) of the new plan.
    pub(crate) exporters: HashMap<usize, Arc<dyn Exporter>>,
    /// The extensions that stay, likewise.
    pub(crate) extensions: HashMap<usize, Arc<Attached>>,
}
