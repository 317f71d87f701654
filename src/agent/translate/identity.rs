//! `agent` as resource attributes: who collected it, and where.

use pipelines::config::{Node, Value};

use super::Translation;

/// What telemetry of the agent itself is called, as upstream's is.
const SERVICE: &str = "telemetryflow-agent";
/// The agent's name unless the file says another, as upstream's.
const NAME: &str = "TelemetryFlow Agent";
/// Where facts come from: the machine, and the file with the id of this installation.
const DETECTORS: [&str; 2] = ["system", "instance"];
/// That file, in the state directory.
const INSTANCE: &str = "instance-id";
/// What `system` finds beside what it always does.
const FOUND: [&str; 6] = ["host.name", "host.id", "host.arch", "os.type", "os.name", "os.version"];

// === impl Translation ===

impl Translation<'_> {
    /// Attributes of what the agent collects itself.
    pub(super) fn of_agent(self) -> Node {
        let agent = &self.file.agent;
        let version = agent.version.as_deref().unwrap_or(env!("CARGO_PKG_VERSION"));
        let service = [
            ("service.name", self.origin.text("agent", SERVICE)),
            ("service.version", self.origin.text("agent.version", version)),
        ];
        let instance = self.has_id().then(|| ("service.instance.id", self.origin.text("agent.id", &agent.id)));
        let detectors = if self.has_id() { &DETECTORS[..1] } else { &DETECTORS };
        self.enrich(service.into_iter().chain(instance).collect(), detectors, true)
    }

    /// Attributes of what applications send: theirs stay as they are.
    pub(super) fn of_host(self) -> Node {
        self.enrich(Vec::new(), &DETECTORS[..1], false)
    }

    /// Whether the file says the agent's id, so that none need be made.
    pub(super) fn has_id(self) -> bool {
        !self.file.agent.id.is_empty()
    }

    /// What people call the agent.
    pub(super) fn name(self) -> Node {
        self.origin.text("agent.name", self.file.agent.name.as_deref().unwrap_or(NAME))
    }

    fn enrich(self, own: Vec<(&str, Node)>, detectors: &[&str], overrides: bool) -> Node {
        let agent = &self.file.agent;
        let mut all = own;
        all.push(("telemetryflow.agent.name", self.name()));
        if self.has_id() {
            all.push(("telemetryflow.agent.id", self.origin.text("agent.id", &agent.id)));
        }
        if !agent.hostname.is_empty() {
            all.push(("host.name", self.origin.text("agent.hostname", &agent.hostname)));
        }
        let mut tags = self.map("agent.tags");
        for (key, node) in all {
            // What a user writes wins.
            if !agent.tags.contains_key(key) {
                tags = tags.with(key, node);
            }
        }
        let written = self.origin.find("agent.tags").and_then(Node::as_map).unwrap_or_default();
        for (key, value) in written.iter().filter(|(_, value)| !value.is_null()) {
            tags = tags.with(key.text(), text(value));
        }
        let found = FOUND
            .iter()
            .fold(self.map("agent"), |found, name| found.with(name, self.map("agent").switch("enabled", true).node()));
        let system = self.map("agent").with("resource_attributes", found.node());
        let mut enrich = self
            .map("agent")
            .with("tags", tags.node())
            .list("detectors", detectors.iter().copied())
            .with("system", system.node());
        if detectors.contains(&"instance") {
            let path = self.state_directory().join(INSTANCE).display().to_string();
            let instance = self.map("agent").with("path", self.origin.text("agent.state_directory", path));
            enrich = enrich.with("instance", instance.node());
        }
        enrich.switch("override", overrides).node()
    }
}

/// A value that came by expansion as the text it was, so that `"1.20"` stays what it is.
fn text(node: &Node) -> Node {
    match &node.original {
        Some(original) => Node { value: Value::Text(original.to_string()), original: None, ..node.clone() },
        None => node.clone(),
    }
}
