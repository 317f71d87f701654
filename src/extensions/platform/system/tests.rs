//! What is known of this machine, of others, and of none.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Scenario: this machine, twice. Guarantee: what every Linux tells is there, shares of time come with the second look,
/// percentages are some, and every heartbeat fits into what a platform takes.
#[test]
fn this_machine() {
    let (first, before) = look(Path::new("/"), &Before::default());
    for name in ["hostname", "kernelVersion", "memoryTotal", "cpuCores", "uptime", "processCount", "loadAvg1"] {
        assert!(first.contains_key(name), "{name}: {first:?}");
    }
    assert!(!first.contains_key("cpuUsage") && !first.contains_key("networkBytesSentRate"), "{first:?}");
    std::thread::sleep(Duration::from_millis(200));
    let (second, _) = look(Path::new("/"), &before);
    let usage = second["cpuUsage"].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&usage), "{usage}");
    for (name, value) in second.iter().filter(|(name, _)| name.ends_with("Usage") || name.ends_with("Percent")) {
        assert!((0.0..=100.0).contains(&value.as_f64().unwrap()), "{name}: {value}");
    }
    assert!(serde_json::to_vec(&second).unwrap().len() < 256 << 10);
}

/// Scenario: a tree without files, and one whose files are cut off, empty or nonsense. Guarantee: no panic, and no number
/// that nobody counted.
#[test]
fn nothing_is_made_up() {
    let own = [
        "hostname",
        "os",
        "kernelVersion",
        "architecture",
        "isContainer",
        "agentVersion",
        "agentUptime",
        "agentStartTime",
        "collectionTime",
        "collectionDuration",
        "containerRuntime",
        "isKubernetes",
    ];
    let root = tempfile::tempdir().unwrap();
    let files = [
        "proc/stat",
        "proc/meminfo",
        "proc/vmstat",
        "proc/loadavg",
        "proc/cpuinfo",
        "proc/diskstats",
        "proc/net/dev",
        "proc/net/route",
        "proc/net/fib_trie",
        "proc/net/tcp",
        "proc/net/snmp",
        "proc/net/if_inet6",
        "proc/1/stat",
        "proc/sys/fs/file-nr",
        "proc/self/mounts",
        "proc/filesystems",
        "proc/uptime",
        "etc/os-release",
    ];
    for text in
        [None, Some(""), Some("cpu"), Some("a: b\n: :\n|-- x\n/32 host LOCAL\n\u{fffd} 99999999999999999999999")]
    {
        files.iter().filter_map(|file| Some((file, text?))).for_each(|(file, text)| write(root.path(), file, text));
        let (facts, before) = look(root.path(), &Before::default());
        let known: Vec<_> = facts.keys().filter(|key| !own.contains(&key.as_str())).collect();
        let zeros = facts.iter().filter(|(name, value)| value.as_f64() == Some(0.0) && !own.contains(&name.as_str()));
        let zeros: Vec<_> = zeros.collect();
        assert!(zeros.is_empty(), "{text:?}: {zeros:?}");
        assert!(text.is_some() || known.is_empty(), "{known:?}");
        look(root.path(), &before);
    }
}

/// Scenario: a machine as files, with a partition, a stacked disk, loopback and a counter that began anew. Guarantee: the
/// numbers are those of the files, counted once.
#[test]
fn another_machine() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    write(
        root,
        "proc/stat",
        "cpu  100 0 50 800 50 0 0 0 10 0\ncpu0 100 0 50 800 50 0 0 0 10 0\nbtime 1700000000\nctxt 7\n",
    );
    write(
        root,
        "proc/diskstats",
        "8 0 sda 1 0 8 3 2 0 16 5 0 4 8\n8 1 sda1 1 0 8 3 2 0 16 5 0 4 8\n253 0 dm-0 1 0 8 3 2 0 16 5 0 4 8\n",
    );
    write(root, "sys/block/sda/size", "1");
    write(root, "sys/block/dm-0/slaves/sda1", "");
    let dev = "Inter-|\n face |\n    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n  eth0:100 2 0 0 0 0 0 0 200 3 0 0 0 0 0 0\n";
    write(root, "proc/net/dev", dev);
    write(root, "sys/class/net/eth0/address", "02:00:00:00:00:01\n");
    write(root, "sys/class/net/eth0/flags", "0x1003\n");
    let route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n";
    write(root, "proc/net/route", route);
    write(root, "proc/net/fib_trie", "  |-- 192.168.1.5\n     /32 host LOCAL\n");
    let (first, before) = look(root, &Before::default());
    assert_eq!((&first["diskReadBytes"], &first["diskWriteOps"]), (&Value::from(4096), &Value::from(2)));
    assert_eq!((&first["networkBytesRecv"], &first["networkBytesSent"]), (&Value::from(100), &Value::from(200)));
    assert_eq!(first["networkInterfaces"][1]["ipAddresses"][0], "192.168.1.5");
    assert_eq!(network::hardware_address(root, Some("192.168.1.5")).unwrap(), "02:00:00:00:00:01");
    assert_eq!((&first["bootTime"], &first["contextSwitches"]), (&Value::from(1_700_000_000), &Value::from(7)));
    write(root, "proc/stat", "cpu  150 0 50 850 50 0 0 0 10 0\n");
    write(root, "proc/net/dev", "eth0: 50 2 0 0 0 0 0 0 400 3 0 0 0 0 0 0\n");
    let (second, _) = look(root, &before);
    assert_eq!((&second["cpuUsage"], &second["cpuIdlePercent"]), (&Value::from(50.0), &Value::from(50.0)));
    assert!(!second.contains_key("networkBytesRecvRate"), "began anew: {second:?}");
    assert!(second["networkBytesSentRate"].as_f64().unwrap() > 0.0);
}
