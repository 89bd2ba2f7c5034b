//! For whom a peer speaks: itself, or whoever its PROXY header names.

use std::net::SocketAddr;
use std::time::Duration;

use mailward::client::{Client, ClientIp};
use mailward::reply::Detail;
use mailward::wire::proxy::{Parsed, ProxyHeader};
use tokio::io::AsyncRead;
use tokio::time::timeout;

use super::line::{Line, LineReader};
use super::patience::End;

/// Reads the header of a listed proxy. Only a listed one is asked: from anyone else a header is a bad command.
///
/// A proxy that sends none, or nonsense, or takes too long is told 421: who the client is cannot be known.
pub(crate) async fn client<R: AsyncRead + Unpin>(
    proxy: SocketAddr,
    input: &mut LineReader<R>,
    patience: Duration,
) -> Result<Client, End> {
    let line = match timeout(patience, input.line(ProxyHeader::MAX_LEN)).await {
        Ok(Ok(Line::Whole(line))) => line,
        Ok(Ok(Line::End) | Err(_)) => return Err(End::Gone),
        Ok(Ok(Line::TooLong | Line::Endless)) => return Err(nonsense("proxy-header-too-long")),
        Err(_) => return Err(nonsense("proxy-header-missing")),
    };
    match ProxyHeader::parse(line) {
        Ok(Parsed::Complete { header, .. }) => Ok(named(&header, proxy.ip().into())),
        Ok(Parsed::Incomplete) | Err(_) => Err(nonsense("proxy-header-malformed")),
    }
}

/// The client of a header: whom it names, or the proxy itself when it names nobody.
fn named(header: &ProxyHeader, proxy: ClientIp) -> Client {
    match header.source() {
        Some(source) => Client::proxied(source.ip().into(), proxy).with_port(source.port()),
        None => Client::unnamed(proxy),
    }
}

const fn nonsense(reason: &'static str) -> End {
    End::farewell(
        Detail::OTHER_PROTOCOL,
        "A PROXY header is expected here.",
        reason,
    )
}

#[cfg(test)]
mod tests {
    use mailward::client::Via;

    use super::*;

    async fn client_of(octets: &[u8]) -> Result<Client, End> {
        client(
            "192.0.2.10:4000".parse().unwrap(),
            &mut LineReader::new(octets),
            Duration::from_secs(1),
        )
        .await
    }

    #[tokio::test]
    async fn a_header_names_the_client_or_nobody() {
        let named = client_of(b"PROXY TCP4 203.0.113.9 192.0.2.1 51000 25\r\n")
            .await
            .unwrap();
        assert_eq!(
            (named.ip().to_string().as_str(), named.port()),
            ("203.0.113.9", Some(51000))
        );
        assert_eq!(named.via(), Via::Proxy("192.0.2.10".parse().unwrap()));
        let unnamed = client_of(b"PROXY UNKNOWN\r\n").await.unwrap();
        assert_eq!(
            (unnamed.ip().to_string().as_str(), unnamed.via()),
            ("192.0.2.10", Via::ProxyUnknown)
        );
    }

    #[tokio::test]
    async fn nonsense_is_no_header() {
        let long = [b'x'; 200];
        for octets in [
            &b"EHLO mail.example\r\n"[..],
            b"PROXY TCP4 x\r\n",
            b"PROXY UNKNOWN\n",
            &long,
        ] {
            assert!(
                matches!(client_of(octets).await, Err(End::Farewell(..))),
                "{octets:?}"
            );
        }
        assert!(matches!(client_of(b"PROXY").await, Err(End::Gone)));
    }
}
