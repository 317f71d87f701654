//! Asking the kernel for all TCP sockets over netlink (`sock_diag(7)`).

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::Counts;

/// What of Linux' headers is needed: `AF_NETLINK`, `NETLINK_SOCK_DIAG`, `SOCK_DIAG_BY_FAMILY`, `NLM_F_REQUEST | NLM_F_DUMP`.
const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const DUMP: u16 = 0x301;
/// Types of messages: an error, the end.
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `AF_INET` and `AF_INET6`.
const FAMILIES: [u8; 2] = [2, 10];
const IPPROTO_TCP: u8 = 6;
/// All states, a bit for each.
const ALL: u32 = 0xfff;

/// Sizes of `nlmsghdr`, `inet_diag_req_v2` and `inet_diag_msg`, bytes.
const HEADER: usize = 16;
const REQUEST: usize = HEADER + 56;
const ANSWER: usize = HEADER + 72;
/// The most the kernel puts into one answer, bytes.
const MOST: usize = 32 << 10;
/// The kernel answers at once; this is for what nobody thought of.
const PATIENCE: Duration = Duration::from_secs(5);

/// A conversation with the kernel.
#[derive(Debug, Default)]
pub(super) struct Diag {
    socket: Option<Socket>,
    answer: Vec<u8>,
    sequence: u32,
}

/// Whether more answers follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    More,
    Nothing,
}

// === impl Diag ===

impl Diag {
    /// Counts the sockets of this network namespace.
    ///
    /// # Errors
    /// If the kernel does not answer, or not for both versions of IP.
    pub(super) fn count(&mut self) -> io::Result<Counts> {
        let mut counts = Counts::default();
        for family in FAMILIES {
            if let Err(error) = self.dump(family, &mut counts) {
                // A kernel without IPv6 lacks nothing.
                if family == FAMILIES[1] && error.kind() == ErrorKind::NotFound {
                    continue;
                }
                // What is still to be read belongs to nobody.
                self.socket = None;
                return Err(error);
            }
        }
        Ok(counts)
    }

    fn dump(&mut self, family: u8, counts: &mut Counts) -> io::Result<()> {
        let socket = match &mut self.socket {
            Some(socket) => socket,
            none => none.insert(open()?),
        };
        self.sequence = self.sequence.wrapping_add(1);
        socket.write_all(&request(family, self.sequence))?;
        self.answer.resize(MOST, 0);
        loop {
            let length = socket.read(&mut self.answer)?;
            if read(&self.answer[..length], self.sequence, counts)? == Rest::Nothing {
                return Ok(());
            }
        }
    }
}

fn open() -> io::Result<Socket> {
    let socket = Socket::new(Domain::from(AF_NETLINK), Type::RAW, Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

/// `inet_diag_req_v2` for all sockets of a version of IP.
fn request(family: u8, sequence: u32) -> [u8; REQUEST] {
    let mut request = [0; REQUEST];
    request[..4].copy_from_slice(&(REQUEST as u32).to_ne_bytes());
    request[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request[6..8].copy_from_slice(&DUMP.to_ne_bytes());
    request[8..12].copy_from_slice(&sequence.to_ne_bytes());
    request[HEADER] = family;
    request[HEADER + 1] = IPPROTO_TCP;
    request[HEADER + 4..HEADER + 8].copy_from_slice(&ALL.to_ne_bytes());
    request
}

/// Counts the sockets of one answer, which holds several messages.
fn read(mut answer: &[u8], sequence: u32, counts: &mut Counts) -> io::Result<Rest> {
    if answer.is_empty() {
        return Err(garbage());
    }
    while !answer.is_empty() {
        let length = long(answer, 0)? as usize;
        let message = answer.get(..length).filter(|_| length >= HEADER).ok_or_else(garbage)?;
        // Messages begin at multiples of four.
        answer = answer.get(length.next_multiple_of(4)..).unwrap_or_default();
        if long(message, 8)? != sequence {
            continue;
        }
        match u16::from_ne_bytes([message[4], message[5]]) {
            DONE => return Ok(Rest::Nothing),
            ERROR => {
                let error = long(message, HEADER)?.cast_signed();
                return Err(io::Error::from_raw_os_error(error.saturating_neg()));
            }
            SOCK_DIAG_BY_FAMILY if length >= ANSWER => {
                // family, state, timer, retrans, id (48), expires, rqueue, wqueue, uid, inode
                counts.add(message[HEADER + 1], long(message, HEADER + 56)?, long(message, HEADER + 60)?);
            }
            _ => {}
        }
    }
    Ok(Rest::More)
}

fn long(bytes: &[u8], at: usize) -> io::Result<u32> {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or_else(garbage)?;
    Ok(u32::from_ne_bytes(bytes))
}

fn garbage() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the kernel's answer makes no sense")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of a type, of the conversation 7.
    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut out = ((HEADER + body.len()) as u32).to_ne_bytes().to_vec();
        out.extend(kind.to_ne_bytes());
        out.extend([0, 0]);
        out.extend(7u32.to_ne_bytes());
        out.extend([0; 4]);
        out.extend(body);
        out
    }

    fn socket(state: u8, received: u32, to_send: u32) -> Vec<u8> {
        let mut body = vec![0; 72];
        body[1] = state;
        body[56..60].copy_from_slice(&received.to_ne_bytes());
        body[60..64].copy_from_slice(&to_send.to_ne_bytes());
        message(SOCK_DIAG_BY_FAMILY, &body)
    }

    /// Scenario: sockets, one that listens, one in an unknown state, and the end. Guarantee: they are counted, and the
    /// queue of connections is not taken for bytes.
    #[test]
    fn sockets_are_counted() {
        let mut counts = Counts::default();
        let all = [socket(1, 5, 6), socket(10, 0, 128), socket(1, 1, 0), socket(0, 9, 9), socket(200, 9, 9)].concat();
        assert_eq!(read(&all, 7, &mut counts).unwrap(), Rest::More);
        assert_eq!(read(&message(DONE, &[0; 4]), 7, &mut counts).unwrap(), Rest::Nothing);
        assert_eq!((counts.states[0], counts.states[9], counts.states.iter().sum::<u64>()), (2, 1, 3));
        assert_eq!((counts.received, counts.to_send), (6, 6));
    }

    /// Scenario: answers to somebody else, errors, and bytes that are no answers. Guarantee: the first are passed over,
    /// the others are errors; nothing panics or goes on for ever.
    #[test]
    fn other_answers() {
        let mut counts = Counts::default();
        assert_eq!(read(&socket(1, 0, 0), 8, &mut counts).unwrap(), Rest::More);
        let denied = message(ERROR, &(-1i32).to_ne_bytes());
        assert_eq!(read(&denied, 7, &mut counts).unwrap_err().kind(), ErrorKind::PermissionDenied);
        let whole = socket(1, 0, 0);
        for length in 1..whole.len() {
            assert!(read(&whole[..length], 7, &mut counts).is_err(), "{length}");
        }
        for garbage in [&[][..], &[0; 64], &[0xff; 64], &message(ERROR, &[])] {
            assert!(read(garbage, 7, &mut counts).is_err());
        }
        assert_eq!(counts, Counts::default());
    }

    /// Scenario: this machine, with a socket that listens and a connection to it. Guarantee: both are found, and asking
    /// twice says the same of them.
    #[test]
    fn the_kernel_answers() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut diag = Diag::default();
        for _ in 0..2 {
            let counts = diag.count().unwrap();
            assert!(counts.states[0] >= 2 && counts.states[9] >= 1, "{counts:?}");
        }
        drop(client);
    }
}
