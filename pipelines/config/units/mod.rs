//! Types with units for configuration fields.

mod duration;
mod secret;
mod size;

pub use self::duration::Duration;
pub use self::secret::Secret;
pub use self::size::ByteSize;
