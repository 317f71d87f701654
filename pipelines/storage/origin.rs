//! What is kept of a batch's sender: its address, metadata and identity, so that exporters that read them after a
//! restart see the same. Each field is a tag, a length (u32, little-endian) and so many bytes; unknown tags are passed
//! over, so that a later version can add some.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::Arc;

use crate::{Context, Identity, RequestContext};

const CLIENT_V4: u8 = 1;
const CLIENT_V6: u8 = 2;
const METADATA: u8 = 3;
/// Without content: somebody was authenticated.
const IDENTITY: u8 = 4;
const ATTRIBUTE: u8 = 5;

type Pair = (Box<str>, Box<str>);

/// The bytes of a context; none for an empty one.
pub(super) fn encode(context: &Context) -> Vec<u8> {
    let mut bytes = Vec::new();
    match context.client() {
        Some(SocketAddr::V4(v4)) => {
            field(&mut bytes, CLIENT_V4, &[&v4.ip().octets(), &v4.port().to_le_bytes()]);
        }
        Some(SocketAddr::V6(v6)) => {
            let (port, flow, scope) =
                (v6.port().to_le_bytes(), v6.flowinfo().to_le_bytes(), v6.scope_id().to_le_bytes());
            field(&mut bytes, CLIENT_V6, &[&v6.ip().octets(), &port, &flow, &scope]);
        }
        None => {}
    }
    context.all_metadata().iter().for_each(|pair| named(&mut bytes, METADATA, pair));
    if let Some(identity) = context.identity() {
        field(&mut bytes, IDENTITY, &[]);
        identity.attributes.iter().for_each(|pair| named(&mut bytes, ATTRIBUTE, pair));
    }
    bytes
}

/// The context of such bytes; what cannot be read is left out.
pub(super) fn decode(mut bytes: &[u8]) -> Context {
    if bytes.is_empty() {
        return Context::default();
    }
    let (mut request, mut identity) = (RequestContext::default(), None::<Identity>);
    while let Some((tag, content)) = split(&mut bytes) {
        match tag {
            CLIENT_V4 | CLIENT_V6 => request.client = client(content),
            METADATA => request.metadata.extend(pair(content)),
            IDENTITY => identity = Some(Identity::default()),
            ATTRIBUTE => identity.get_or_insert_default().attributes.extend(pair(content)),
            _ => {}
        }
    }
    request.identity = identity.map(Arc::new);
    Context::new(request)
}

fn field(bytes: &mut Vec<u8>, tag: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // Nothing here is near 4 GiB: receivers bound the headers of a request.
    let Ok(length) = u32::try_from(length) else { return };
    bytes.push(tag);
    bytes.extend_from_slice(&length.to_le_bytes());
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
}

fn named(bytes: &mut Vec<u8>, tag: u8, (name, value): &Pair) {
    if let Ok(length) = u32::try_from(name.len()) {
        field(bytes, tag, &[&length.to_le_bytes(), name.as_bytes(), value.as_bytes()]);
    }
}

fn split<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    Some((*tag, content))
}

fn pair(content: &[u8]) -> Option<Pair> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    let (name, value) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((str::from_utf8(name).ok()?.into(), str::from_utf8(value).ok()?.into()))
}

fn client(content: &[u8]) -> Option<SocketAddr> {
    if let Some((ip, port)) = content.split_first_chunk::<4>().filter(|(_, rest)| rest.len() == 2) {
        let port = u16::from_le_bytes(port.try_into().ok()?);
        return Some(SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::from(*ip), port)));
    }
    let (ip, rest) = content.split_first_chunk::<16>()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    let (flow, scope) = rest.split_first_chunk::<4>()?;
    let scope = u32::from_le_bytes(scope.try_into().ok()?);
    let (port, flow) = (u16::from_le_bytes(*port), u32::from_le_bytes(*flow));
    Some(SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::from(*ip), port, flow, scope)))
}
