//! Work for the machine while it is measured.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Threads that compute, write to a disk and send over the network until it is dropped.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

// === impl Load ===

impl Load {
    /// Starts; `file` is written to.
    pub(crate) fn start(file: PathBuf) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let until = |work: Box<dyn FnMut() + Send>| {
            let (is_over, mut work) = (is_over.clone(), work);
            std::thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    work();
                }
            })
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut sum = 0u64;
        let mut buffer = vec![0; 1 << 16];
        let threads = vec![
            until(Box::new(move || sum = std::hint::black_box((0..1_000_000).fold(sum, u64::wrapping_add)))),
            until(Box::new(move || {
                let mut file = std::fs::File::create(&file).unwrap();
                file.write_all(&[7; 1 << 20]).unwrap();
                file.sync_all().unwrap();
            })),
            until(Box::new(move || {
                let mut sender = TcpStream::connect(address).unwrap();
                let (mut receiver, _) = listener.accept().unwrap();
                sender.write_all(&buffer[..1 << 12]).unwrap();
                drop(sender);
                while receiver.read(&mut buffer).unwrap() > 0 {}
                std::thread::sleep(std::time::Duration::from_millis(1));
            })),
        ];
        Self { is_over, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}
