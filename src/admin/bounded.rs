//! [`Bounded`]: a listener whose connections are limited in number, and end when nothing comes of them.
//!
//! Who opens connections and sends nothing, or a byte now and then, needs no key for it. Without bounds that costs memory
//! and file descriptors until the whole process has none left, pipelines included.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use pipelines::runtime::now;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// Most connections at once: those of ten thousand agents, each of which says something once a minute. Further ones wait.
const MOST: usize = 8192;

/// Longest time in which nothing is written to a connection: longer than any request takes from its first byte to its
/// answer, at 10 s for the body and as much for the storage. Clients connect anew after longer breaks.
const PATIENCE: Duration = Duration::from_secs(30);

/// A listener with bounds.
pub(super) struct Bounded<L> {
    listener: L,
    room: Arc<Semaphore>,
}

/// A connection that ends when nothing is written to it for some time, however much is read.
#[derive(Debug)]
pub(super) struct Moving<S> {
    stream: S,
    until: Pin<Box<Sleep>>,
    _room: OwnedSemaphorePermit,
}

// === impl Bounded ===

impl<L> Bounded<L> {
    pub(super) fn new(listener: L) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(MOST)) }
    }
}

impl<L: Listener> Listener for Bounded<L> {
    type Io = Moving<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Moving<L::Io>, L::Addr) {
        let Ok(room) = self.room.clone().acquire_owned().await else {
            // Nobody closes it.
            return std::future::pending().await;
        };
        let (stream, client) = self.listener.accept().await;
        (Moving { stream, until: Box::pin(sleep(PATIENCE)), _room: room }, client)
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }
}

// === impl Moving ===

impl<S> Moving<S> {
    /// Fails once nothing was written for too long.
    fn look(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.until.as_mut().poll(cx) {
            Poll::Ready(()) => Err(ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    fn moved(&mut self, written: usize) -> Poll<io::Result<usize>> {
        if written > 0 {
            self.until.as_mut().reset(now() + PATIENCE);
        }
        Poll::Ready(Ok(written))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Moving<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(cx)?;
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Moving<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.look(cx)?;
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, bytes))?;
        this.moved(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.look(cx)?;
        let written = ready!(Pin::new(&mut this.stream).poll_write_vectored(cx, slices))?;
        this.moved(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(cx)?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(cx)?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    /// A listener to which somebody always connects, and says nothing more.
    struct Crowd(Vec<DuplexStream>);

    impl Listener for Crowd {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> (DuplexStream, ()) {
            let (here, there) = duplex(64);
            self.0.push(there);
            (here, ())
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Scenario: a client that sends a byte each second; one that is answered each 20 s; one that does not read what it is
    /// answered. Guarantee: the first and the last end after 30 s, the second goes on.
    #[tokio::test(start_paused = true)]
    async fn what_stands_still_ends() {
        let mut bounded = Bounded::new(Crowd(Vec::new()));
        let (mut slow, ()) = bounded.accept().await;
        let begun = now();
        for _ in 0..30 {
            bounded.listener.0[0].write_all(b"x").await.unwrap();
            assert_eq!(slow.read_u8().await.unwrap(), b'x');
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(slow.read_u8().await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), 30);

        let (mut answered, ()) = bounded.accept().await;
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            answered.write_all(b"answer").await.unwrap();
        }

        let (mut deaf, ()) = bounded.accept().await;
        let begun = now();
        assert_eq!(deaf.write_all(&[0; 65]).await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), 30);
    }

    /// Scenario: more connections than there is room for. Guarantee: the next one is taken as soon as one ends.
    #[tokio::test(start_paused = true)]
    async fn further_ones_wait() {
        let mut bounded = Bounded::new(Crowd(Vec::new()));
        let mut open = Vec::new();
        for _ in 0..MOST {
            open.push(bounded.accept().await);
        }
        let soon = Duration::from_secs(1);
        assert!(tokio::time::timeout(soon, bounded.accept()).await.is_err());
        open.pop();
        assert!(tokio::time::timeout(soon, bounded.accept()).await.is_ok());
    }
}
