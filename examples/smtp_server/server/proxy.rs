//! For whom a peer speaks: itself, or whoever its PROXY header names.

use std::net::SocketAddr;
use std::time::Duration;

use mailward::client::{Client, ClientIp};
use mailward::reply::Detail;
use mailward::wire::proxy::{Parsed, ProxyHeader};
use tokio::io::AsyncRead;
use tokio::time::timeout;

use super::line::LineReader;
use super::patience::End;

/// Reads the header of a listed proxy. Only a listed one is asked: from anyone else a header is a bad command.
///
/// A proxy that sends none, or nonsense, or takes too long is told 421: who the client is cannot be known.
pub(crate) async fn client<R: AsyncRead + Unpin>(
    proxy: SocketAddr,
    input: &mut LineReader<R>,
    patience: Duration,
) -> Result<Client, End> {
    match timeout(patience, header(input)).await {
        Ok(header) => Ok(named(&header?, proxy.ip().into())),
        Err(_) => Err(nonsense("proxy-header-missing")),
    }
}

/// Reads a header of either version, and nothing of what follows it. The parser sees to it that no header is long.
async fn header<R: AsyncRead + Unpin>(input: &mut LineReader<R>) -> Result<ProxyHeader, End> {
    let mut read = Vec::new();
    loop {
        let before = read.len();
        match input.octets().await {
            Ok(octets) if !octets.is_empty() => read.extend_from_slice(octets),
            _ => return Err(End::Gone),
        }
        match ProxyHeader::parse(&read) {
            Ok(Parsed::Complete { header, used }) => {
                input.consume(used - before);
                return Ok(header);
            }
            Ok(Parsed::Incomplete) => input.consume(read.len() - before),
            Err(_) => return Err(nonsense("proxy-header-malformed")),
        }
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
    use mailward::wire::proxy::Ends;
    use tokio::io::AsyncReadExt;

    use super::super::line::Line;
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
    async fn both_versions_are_read_in_pieces_and_nothing_behind_them() {
        let proxy = "192.0.2.10:4000".parse().unwrap();
        let header = ProxyHeader::Tcp4(Ends {
            source: [203, 0, 113, 9].into(),
            destination: [192, 0, 2, 1].into(),
            source_port: 51000,
            destination_port: 25,
        });
        for octets in [header.to_v2(), header.to_string().into_bytes()] {
            let (first, rest) = octets.split_at(9);
            let rest = [rest, b"QUIT\r\n"].concat();
            let mut input = LineReader::new(first.chain(rest.as_slice()));
            let client = client(proxy, &mut input, Duration::from_secs(1)).await;
            assert_eq!(client.unwrap().ip().to_string(), "203.0.113.9");
            assert_eq!(input.line(100).await.unwrap(), Line::Whole(b"QUIT\r\n"));
        }
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
