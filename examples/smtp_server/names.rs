//! Who knows the names: name servers, or a file that stands for them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mailward::config::DnsSettings;
use mailward::dns::{Dns, HickoryDns, MemoryDns};

use crate::options::Names;

/// Opens the name system, which outlives every guard.
pub(crate) fn open(names: &Names, settings: &DnsSettings) -> Result<Arc<dyn Dns>, String> {
    let servers = HickoryDns::builder()
        .in_flight(settings.in_flight)
        .cache(u64::try_from(settings.cache).unwrap_or(u64::MAX));
    let (named, servers) = match names {
        Names::Zone(file) => return Ok(Arc::new(read_zone(file)?.without_log())),
        Names::System => ("system".to_owned(), servers),
        Names::Server(address) => (address.to_string(), servers.servers([*address])),
    };
    match servers.build() {
        Ok(dns) => Ok(Arc::new(dns)),
        Err(error) => Err(format!("--dns {named}: {error}")),
    }
}

fn read_zone(file: &Path) -> Result<MemoryDns, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    MemoryDns::parse(&text).map_err(|error| error.in_file(&file.display().to_string()).to_string())
}
