//! The one message of a unary call: five bytes of head, then the message.

use std::pin::pin;

use bytes::{Buf, Bytes};
use hyper::body::Incoming;

use crate::otlp::body::{Broken, Collect, Pieces};
use pipelines::runtime::{Budget, Permit};

/// A request message.
pub(super) struct Message {
    /// Its bytes, maybe compressed.
    pub(super) bytes: Bytes,
    /// Whether they are compressed, by the encoding the request names.
    pub(super) is_compressed: bool,
    /// The permit to hold them.
    pub(super) permit: Option<Permit>,
}

/// Length of a message's head: one byte that says whether it is compressed, four of length, big endian.
const HEAD: usize = 5;

/// Reads the only message of a request.
pub(super) async fn read(mut body: Incoming, budget: &Budget, limit: usize) -> Result<Message, Broken> {
    let sleep = pin!(None);
    let mut pieces = Pieces::new(&mut body, sleep, None);
    let mut head = [0; HEAD];
    let mut filled = 0;
    let mut rest = Bytes::new();
    while filled < HEAD {
        let Some(mut piece) = pieces.next().await? else {
            return Err(Broken::Malformed("the request holds no gRPC message"));
        };
        let taken = piece.len().min(HEAD - filled);
        head[filled..filled + taken].copy_from_slice(&piece[..taken]);
        filled += taken;
        piece.advance(taken);
        rest = piece;
    }
    let [flag, length @ ..] = head;
    if flag > 1 {
        return Err(Broken::Malformed("the gRPC message starts with a byte that is neither 0 nor 1"));
    }
    let length = u32::from_be_bytes(length) as usize;
    let mut collect = Collect::new(budget, limit, Some(length))?;
    let mut next = (!rest.is_empty()).then_some(rest);
    loop {
        if let Some(piece) = next {
            if collect.len() + piece.len() > length {
                return Err(Broken::Malformed("the request holds more than one gRPC message"));
            }
            collect.push(piece)?;
        }
        next = pieces.next().await?;
        if next.is_none() {
            break;
        }
    }
    if collect.len() < length {
        return Err(Broken::Malformed("the gRPC message is shorter than its head says"));
    }
    let (bytes, permit) = collect.finish();
    Ok(Message { bytes, is_compressed: flag == 1, permit })
}
