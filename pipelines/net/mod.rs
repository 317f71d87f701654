//! What components that use the network share.

pub mod compress;
pub mod container;
pub mod listen;
mod listener;
mod sockets;
mod stream;
pub mod tls;

pub use self::listen::{Listen, ListenOptions, Transport};
pub use self::listener::Listener;
pub use self::sockets::{Sockets, cannot_listen};
pub use self::stream::ServerStream;
