//! What the machine is part of: a container, a virtual machine, a cloud.

use std::path::Path;

use super::facts::Facts;
use super::read;

/// What hypervisors write into the tables of the firmware.
const HYPERVISORS: [(&str, &str); 9] = [
    ("KVM", "kvm"),
    ("Amazon EC2", "kvm"),
    ("Google Compute Engine", "kvm"),
    ("QEMU", "qemu"),
    ("VMware", "vmware"),
    ("VirtualBox", "oracle"),
    ("innotek", "oracle"),
    ("Virtual Machine", "microsoft"),
    ("Xen", "xen"),
];
/// What clouds write there.
const CLOUDS: [(&str, &str); 7] = [
    ("Amazon EC2", "aws"),
    ("Google", "gcp"),
    ("DigitalOcean", "digitalocean"),
    ("Hetzner", "hetzner"),
    ("Alibaba Cloud", "alibaba_cloud"),
    ("OracleCloud", "oracle_cloud"),
    ("OpenStack", "openstack"),
];
/// The asset tag of every machine of Azure.
const AZURE: &str = "7783-7084-3265-9085-8269-3286-77";

pub(super) fn look(root: &Path, variable: impl Fn(&str) -> Option<String>, facts: &mut Facts) {
    container(root, &variable, facts);
    // The variable is there in every pod. Without it this may be a host of a cluster all the same.
    facts.set("isKubernetes", variable("KUBERNETES_SERVICE_HOST").map(|_| true));
    let firmware = |file: &str| read(root, &format!("sys/class/dmi/id/{file}")).map(|text| text.trim().to_owned());
    let said = ["sys_vendor", "product_name", "bios_vendor", "chassis_asset_tag"]
        .map(|file| firmware(file).unwrap_or_default());
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(text, _)| said.iter().any(|said| said.contains(text))).map(|(_, name)| *name)
    };
    let hypervisor = find(&HYPERVISORS);
    let info = read(root, "proc/cpuinfo").unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags")?.split_once(':').map(|(_, flags)| flags));
    let flagged = flags.map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor"));
    facts.set("isVirtualized", if hypervisor.is_some() { Some(true) } else { flagged });
    facts.text("virtualizationType", hypervisor);
    let cloud = if said[3] == AZURE { Some("azure") } else { find(&CLOUDS) };
    facts.text("cloudProvider", cloud);
    let instance = firmware("board_asset_tag").filter(|tag| cloud == Some("aws") && tag.starts_with("i-"));
    facts.text("cloudInstanceId", instance);
}

fn container(root: &Path, variable: &impl Fn(&str) -> Option<String>, facts: &mut Facts) {
    let groups = read(root, "proc/self/cgroup").unwrap_or_default();
    let mounts = read(root, "proc/self/mountinfo").unwrap_or_default();
    let named = [("kubepods", "kubernetes"), ("docker", "docker"), ("libpod", "podman"), ("lxc", "lxc")];
    let runtime = if root.join(".dockerenv").exists() {
        Some("docker".to_owned())
    } else if root.join("run/.containerenv").exists() {
        Some("podman".to_owned())
    } else {
        let by_group = named.iter().find(|(group, _)| groups.contains(group)).map(|(_, name)| (*name).to_owned());
        variable("container").filter(|name| !name.is_empty()).or(by_group)
    };
    facts.set("isContainer", Some(runtime.is_some()));
    if runtime.is_some() {
        facts.text("containerId", id(&groups).or_else(|| id(&mounts)));
    }
    facts.text("containerRuntime", runtime);
}

/// The first id of a container in a text: 64 hexadecimal digits that stand alone.
fn id(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find(|word| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
