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
    patience: Duration,
}

/// A connection that ends when nothing is written to it for some time, however much is read.
#[derive(Debug)]
pub(super) struct Moving<S> {
    stream: S,
    patience: Duration,
    until: Pin<Box<Sleep>>,
    _room: OwnedSemaphorePermit,
}

// === impl Bounded ===

impl<L> Bounded<L> {
    pub(super) fn new(listener: L) -> Self {
        Self::with(listener, MOST, PATIENCE)
    }

    fn with(listener: L, most: usize, patience: Duration) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(most)), patience }
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
        let patience = self.patience;
        (Moving { stream, patience, until: Box::pin(sleep(patience)), _room: room }, client)
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
            self.until.as_mut().reset(now() + self.patience);
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

    /// Short enough for a test.
    const SHORT: Duration = Duration::from_millis(500);

    /// Scenario: a client that goes on sending bytes; one that is answered again and again; one that does not read what it
    /// is answered. Guarantee: the first and the last end in time, the second goes on.
    #[tokio::test]
    async fn what_stands_still_ends() {
        let mut bounded = Bounded::with(Crowd(Vec::new()), 9, SHORT);
        let (mut slow, ()) = bounded.accept().await;
        let begun = now();
        let ended = loop {
            bounded.listener.0[0].write_all(b"x").await.unwrap();
            match slow.read_u8().await {
                Ok(_) => tokio::time::sleep(SHORT / 10).await,
                Err(error) => break error,
            }
        };
        assert_eq!(ended.kind(), ErrorKind::TimedOut);
        assert!(begun.elapsed() >= SHORT);

        let (mut answered, ()) = bounded.accept().await;
        for _ in 0..8 {
            tokio::time::sleep(SHORT / 5).await;
            answered.write_all(b"answer").await.unwrap();
        }

        let (mut deaf, ()) = bounded.accept().await;
        assert_eq!(deaf.write_all(&[0; 65]).await.unwrap_err().kind(), ErrorKind::TimedOut);
    }

    /// Scenario: more connections than there is room for. Guarantee: the next one is taken as soon as one ends.
    #[tokio::test]
    async fn further_ones_wait() {
        let mut bounded = Bounded::with(Crowd(Vec::new()), 2, SHORT);
        let (first, _second) = (bounded.accept().await, bounded.accept().await);
        assert!(tokio::time::timeout(SHORT, bounded.accept()).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(SHORT, bounded.accept()).await.is_ok());
    }
}
