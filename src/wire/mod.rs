//! Text of the protocols an SMTP server speaks, as pure parsers and printers: no socket, no state.
//!
//! Every parser is total (any octets give a value or an error), bounded (a line that is too long is
//! refused before it is read) and strict about line ends. What parsed prints and parses again to
//! the same value.
//!
//! ```
//! use mailward::wire::proxy::ProxyHeader;
//!
//! assert_eq!(ProxyHeader::Unknown.to_string(), "PROXY UNKNOWN\r\n");
//! ```

pub mod proxy;
pub mod smtp;
