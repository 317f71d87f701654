//! Rows of memory and swap: the lines of `/proc/meminfo`, and what follows from them.

use super::{Group, Metric, Name};

const GROUP: Group = Group::Memory;
const STATE: &str = "system.memory.state";
const SLAB: &str = "system.memory.linux.slab.state";
const HUGE: &str = "system.memory.linux.hugepages.state";
const PAGING: &str = "system.paging.state";

/// A row for each line, and the list of them in the order of the kernel.
macro_rules! lines {
    ($(
        $row:ident = $line:literal $unit:literal $tfo:literal $prometheus:literal $(as $alias:literal)? $($semconv:expr)?;
        $description:literal
    )*) => {
        $(
            #[doc = $description]
            pub static $row: Metric = Metric::gauge(GROUP, $tfo, $unit, $description)
                .prometheus(Name::new($prometheus))
                $(.semconv($semconv))?
                $(.aliases(&[$alias]))?
                .source(concat!("/proc/meminfo: ", $line));
        )*

        /// Lines of `/proc/meminfo` and their rows. A row in bytes is a line in kB.
        pub static LINES: &[(&str, &Metric)] = &[$(($line, &$row)),*];

        /// Every row of the group.
        pub static ALL: &[&Metric] = &[&USED, &USAGE, &SWAP, &HUGE_PAGES_USED, $(&$row),*];
    };
}

/// What is not free, and not a cache of files either.
pub static USED: Metric = Metric::gauge(
    GROUP,
    "node.memory.used",
    "By",
    "Memory in use: all but what is free, buffers and cached, so that the four are the total.",
)
.semconv(Name::new("system.memory.usage").with(&[(STATE, "used")]).sum())
.source("/proc/meminfo: MemTotal - MemFree - Buffers - Cached");

/// How full the memory is.
pub static USAGE: Metric = Metric::gauge(
    GROUP,
    "node.memory.usage",
    "%",
    "Share of the memory that is not available to programs without swapping.",
)
.fraction()
.source("/proc/meminfo: (MemTotal - MemAvailable) / MemTotal");

/// Swap in use.
pub static SWAP: Metric = Metric::gauge(GROUP, "node.memory.swap", "By", "Swap space in use.")
    .semconv(Name::new("system.paging.usage").with(&[(PAGING, "used")]).sum())
    .aliases(&["node.memory.swap_used_bytes"])
    .source("/proc/meminfo: SwapTotal - SwapFree");

/// Huge pages in use.
pub static HUGE_PAGES_USED: Metric =
    Metric::gauge(GROUP, "node.memory.huge_pages_used", "{page}", "Huge pages of the pool that are in use.")
        .semconv(Name::new("system.memory.linux.hugepages.usage").with(&[(HUGE, "used")]).sum())
        .source("/proc/meminfo: HugePages_Total - HugePages_Free");

lines! {
    TOTAL = "MemTotal" "By" "node.memory.total" "node_memory_MemTotal_bytes" as "node.memory.total_bytes"
        Name::new("system.memory.limit").sum();
        "Memory the kernel can use."
    FREE = "MemFree" "By" "node.memory.free" "node_memory_MemFree_bytes" as "node.memory.free_bytes"
        Name::new("system.memory.usage").with(&[(STATE, "free")]).sum();
        "Memory that nothing uses."
    AVAILABLE = "MemAvailable" "By" "node.memory.available" "node_memory_MemAvailable_bytes"
        as "node.memory.available_bytes"
        Name::new("system.memory.linux.available").sum();
        "The kernel's estimate of what programs can still get without swapping."
    BUFFERS = "Buffers" "By" "node.memory.buffers" "node_memory_Buffers_bytes" as "node.memory.buffers_bytes"
        Name::new("system.memory.usage").with(&[(STATE, "buffers")]).sum();
        "Buffers of block devices."
    CACHED = "Cached" "By" "node.memory.cached" "node_memory_Cached_bytes" as "node.memory.cached_bytes"
        Name::new("system.memory.usage").with(&[(STATE, "cached")]).sum();
        "Cached content of files, shared memory included."
    SWAP_CACHED = "SwapCached" "By" "node.memory.swap_cached" "node_memory_SwapCached_bytes";
        "Memory that was swapped in again and is still in the swap space, too."
    ACTIVE = "Active" "By" "node.memory.active" "node_memory_Active_bytes" as "node.memory.active_bytes";
        "Memory that was used lately."
    INACTIVE = "Inactive" "By" "node.memory.inactive" "node_memory_Inactive_bytes" as "node.memory.inactive_bytes";
        "Memory that was not used lately, the first to be reclaimed."
    ACTIVE_ANON = "Active(anon)" "By" "node.memory.active_anon" "node_memory_Active_anon_bytes";
        "Memory without a file behind it that was used lately."
    INACTIVE_ANON = "Inactive(anon)" "By" "node.memory.inactive_anon" "node_memory_Inactive_anon_bytes";
        "Memory without a file behind it that was not used lately."
    ACTIVE_FILE = "Active(file)" "By" "node.memory.active_file" "node_memory_Active_file_bytes";
        "Content of files that was used lately."
    INACTIVE_FILE = "Inactive(file)" "By" "node.memory.inactive_file" "node_memory_Inactive_file_bytes";
        "Content of files that was not used lately."
    UNEVICTABLE = "Unevictable" "By" "node.memory.unevictable" "node_memory_Unevictable_bytes";
        "Memory that cannot be reclaimed."
    LOCKED = "Mlocked" "By" "node.memory.locked" "node_memory_Mlocked_bytes";
        "Memory that programs locked with mlock."
    HIGH_TOTAL = "HighTotal" "By" "node.memory.high_total" "node_memory_HighTotal_bytes";
        "Memory the kernel does not map directly, on 32-bit machines."
    HIGH_FREE = "HighFree" "By" "node.memory.high_free" "node_memory_HighFree_bytes";
        "What is free of the memory that the kernel does not map directly."
    LOW_TOTAL = "LowTotal" "By" "node.memory.low_total" "node_memory_LowTotal_bytes";
        "Memory the kernel maps directly, on 32-bit machines."
    LOW_FREE = "LowFree" "By" "node.memory.low_free" "node_memory_LowFree_bytes";
        "What is free of the memory that the kernel maps directly."
    MMAP_COPY = "MmapCopy" "By" "node.memory.mmap_copy" "node_memory_MmapCopy_bytes";
        "Memory for copies of mapped files, on machines without an MMU."
    SWAP_TOTAL = "SwapTotal" "By" "node.memory.swap_total" "node_memory_SwapTotal_bytes"
        as "node.memory.swap_total_bytes";
        "Swap space."
    SWAP_FREE = "SwapFree" "By" "node.memory.swap_free" "node_memory_SwapFree_bytes" as "node.memory.swap_free_bytes"
        Name::new("system.paging.usage").with(&[(PAGING, "free")]).sum();
        "Swap space that is not in use."
    ZSWAP = "Zswap" "By" "node.memory.zswap" "node_memory_Zswap_bytes";
        "Memory that holds compressed swap."
    ZSWAPPED = "Zswapped" "By" "node.memory.zswapped" "node_memory_Zswapped_bytes";
        "What is held compressed, in its size before."
    DIRTY = "Dirty" "By" "node.memory.dirty" "node_memory_Dirty_bytes" as "node.memory.dirty_bytes";
        "Memory that waits to be written to disk."
    WRITEBACK = "Writeback" "By" "node.memory.writeback" "node_memory_Writeback_bytes" as "node.memory.writeback_bytes";
        "Memory that is being written to disk."
    ANON_PAGES = "AnonPages" "By" "node.memory.anon_pages" "node_memory_AnonPages_bytes";
        "Memory without a file behind it that programs have mapped."
    MAPPED = "Mapped" "By" "node.memory.mapped" "node_memory_Mapped_bytes";
        "Content of files that programs have mapped."
    SHARED = "Shmem" "By" "node.memory.shared" "node_memory_Shmem_bytes" as "node.memory.shared_bytes"
        Name::new("system.memory.linux.shared").sum();
        "Shared memory and the content of tmpfs."
    RECLAIMABLE = "KReclaimable" "By" "node.memory.kernel_reclaimable" "node_memory_KReclaimable_bytes";
        "Memory of the kernel that it can give up."
    SLAB_TOTAL = "Slab" "By" "node.memory.slab" "node_memory_Slab_bytes" as "node.memory.slab_bytes";
        "Memory of the kernel's own data structures."
    SLAB_RECLAIMABLE = "SReclaimable" "By" "node.memory.slab_reclaimable" "node_memory_SReclaimable_bytes"
        Name::new("system.memory.linux.slab.usage").with(&[(SLAB, "reclaimable")]).sum();
        "The part of the slab that can be given up, such as caches."
    SLAB_UNRECLAIMABLE = "SUnreclaim" "By" "node.memory.slab_unreclaimable" "node_memory_SUnreclaim_bytes"
        Name::new("system.memory.linux.slab.usage").with(&[(SLAB, "unreclaimable")]).sum();
        "The part of the slab that cannot be given up."
    KERNEL_STACK = "KernelStack" "By" "node.memory.kernel_stack" "node_memory_KernelStack_bytes";
        "Stacks of the kernel, one for each thread."
    SHADOW_CALL_STACK = "ShadowCallStack" "By" "node.memory.shadow_call_stack" "node_memory_ShadowCallStack_bytes";
        "Shadow call stacks of the kernel."
    PAGE_TABLES = "PageTables" "By" "node.memory.page_tables" "node_memory_PageTables_bytes"
        as "node.memory.page_tables_bytes";
        "Page tables."
    SECONDARY_PAGE_TABLES = "SecPageTables" "By" "node.memory.secondary_page_tables"
        "node_memory_SecPageTables_bytes";
        "Page tables of virtual machines and of the IOMMU."
    QUICKLISTS = "Quicklists" "By" "node.memory.quicklists" "node_memory_Quicklists_bytes";
        "Page tables that are kept for reuse."
    NFS_UNSTABLE = "NFS_Unstable" "By" "node.memory.nfs_unstable" "node_memory_NFS_Unstable_bytes";
        "Memory that was sent to an NFS server and is not on its disk yet."
    BOUNCE = "Bounce" "By" "node.memory.bounce" "node_memory_Bounce_bytes";
        "Bounce buffers of block devices."
    WRITEBACK_TMP = "WritebackTmp" "By" "node.memory.writeback_tmp" "node_memory_WritebackTmp_bytes";
        "Memory that FUSE uses to write."
    COMMIT_LIMIT = "CommitLimit" "By" "node.memory.commit_limit" "node_memory_CommitLimit_bytes"
        as "node.memory.commit_limit_bytes";
        "How much can be promised to programs with strict overcommit."
    COMMITTED = "Committed_AS" "By" "node.memory.committed_as" "node_memory_Committed_AS_bytes"
        as "node.memory.committed_as_bytes";
        "How much was promised to programs."
    VMALLOC_TOTAL = "VmallocTotal" "By" "node.memory.vmalloc_total" "node_memory_VmallocTotal_bytes";
        "Address space of vmalloc."
    VMALLOC_USED = "VmallocUsed" "By" "node.memory.vmalloc_used" "node_memory_VmallocUsed_bytes";
        "Address space of vmalloc in use."
    VMALLOC_CHUNK = "VmallocChunk" "By" "node.memory.vmalloc_chunk" "node_memory_VmallocChunk_bytes";
        "The largest free piece of vmalloc; newer kernels say zero."
    PER_CPU = "Percpu" "By" "node.memory.percpu" "node_memory_Percpu_bytes";
        "Memory of the kernel's data for each processor."
    EARLY_MEMTEST_BAD = "EarlyMemtestBad" "By" "node.memory.early_memtest_bad" "node_memory_EarlyMemtestBad_bytes";
        "Memory that the test at boot found to be broken."
    HARDWARE_CORRUPTED = "HardwareCorrupted" "By" "node.memory.hardware_corrupted"
        "node_memory_HardwareCorrupted_bytes";
        "Memory that was taken out of use because it is broken."
    ANON_HUGE_PAGES = "AnonHugePages" "By" "node.memory.anon_huge_pages" "node_memory_AnonHugePages_bytes";
        "Memory without a file behind it in transparent huge pages."
    SHARED_HUGE_PAGES = "ShmemHugePages" "By" "node.memory.shared_huge_pages" "node_memory_ShmemHugePages_bytes";
        "Shared memory in huge pages."
    SHARED_PMD_MAPPED = "ShmemPmdMapped" "By" "node.memory.shared_pmd_mapped" "node_memory_ShmemPmdMapped_bytes";
        "Shared memory that programs have mapped in huge pages."
    FILE_HUGE_PAGES = "FileHugePages" "By" "node.memory.file_huge_pages" "node_memory_FileHugePages_bytes";
        "Content of files in huge pages."
    FILE_PMD_MAPPED = "FilePmdMapped" "By" "node.memory.file_pmd_mapped" "node_memory_FilePmdMapped_bytes";
        "Content of files that programs have mapped in huge pages."
    CMA_TOTAL = "CmaTotal" "By" "node.memory.cma_total" "node_memory_CmaTotal_bytes";
        "Memory for large pieces that devices need."
    CMA_FREE = "CmaFree" "By" "node.memory.cma_free" "node_memory_CmaFree_bytes";
        "What is free of the memory for large pieces."
    UNACCEPTED = "Unaccepted" "By" "node.memory.unaccepted" "node_memory_Unaccepted_bytes";
        "Memory that a confidential virtual machine did not accept yet."
    BALLOON = "Balloon" "By" "node.memory.balloon" "node_memory_Balloon_bytes";
        "Memory that was given back to the host of the virtual machine."
    HUGE_PAGES_TOTAL = "HugePages_Total" "{page}" "node.memory.huge_pages_total" "node_memory_HugePages_Total"
        Name::new("system.memory.linux.hugepages.limit").sum();
        "Huge pages in the pool."
    HUGE_PAGES_FREE = "HugePages_Free" "{page}" "node.memory.huge_pages_free" "node_memory_HugePages_Free"
        Name::new("system.memory.linux.hugepages.usage").with(&[(HUGE, "free")]).sum();
        "Huge pages of the pool that are free."
    HUGE_PAGES_RESERVED = "HugePages_Rsvd" "{page}" "node.memory.huge_pages_reserved" "node_memory_HugePages_Rsvd"
        Name::new("system.memory.linux.hugepages.reserved").sum();
        "Huge pages that were promised and not used yet."
    HUGE_PAGES_SURPLUS = "HugePages_Surp" "{page}" "node.memory.huge_pages_surplus" "node_memory_HugePages_Surp"
        Name::new("system.memory.linux.hugepages.surplus").sum();
        "Huge pages beyond the size of the pool."
    HUGE_PAGE_SIZE = "Hugepagesize" "By" "node.memory.huge_page_size" "node_memory_Hugepagesize_bytes"
        Name::new("system.memory.linux.hugepages.page_size").sum();
        "The size of a huge page of the pool."
    HUGE_TLB = "Hugetlb" "By" "node.memory.hugetlb" "node_memory_Hugetlb_bytes";
        "Memory of huge pages of all sizes."
    DIRECT_MAP_4K = "DirectMap4k" "By" "node.memory.direct_map_4k" "node_memory_DirectMap4k_bytes";
        "Memory the kernel maps in pages of 4 KiB."
    DIRECT_MAP_64K = "DirectMap64k" "By" "node.memory.direct_map_64k" "node_memory_DirectMap64k_bytes";
        "Memory the kernel maps in pages of 64 KiB."
    DIRECT_MAP_1M = "DirectMap1M" "By" "node.memory.direct_map_1m" "node_memory_DirectMap1M_bytes";
        "Memory the kernel maps in pages of 1 MiB."
    DIRECT_MAP_2M = "DirectMap2M" "By" "node.memory.direct_map_2m" "node_memory_DirectMap2M_bytes";
        "Memory the kernel maps in pages of 2 MiB."
    DIRECT_MAP_4M = "DirectMap4M" "By" "node.memory.direct_map_4m" "node_memory_DirectMap4M_bytes";
        "Memory the kernel maps in pages of 4 MiB."
    DIRECT_MAP_1G = "DirectMap1G" "By" "node.memory.direct_map_1g" "node_memory_DirectMap1G_bytes";
        "Memory the kernel maps in pages of 1 GiB."
    DIRECT_MAP_2G = "DirectMap2G" "By" "node.memory.direct_map_2g" "node_memory_DirectMap2G_bytes";
        "Memory the kernel maps in pages of 2 GiB."
}
