//! Network addresses, as callers are counted by them.

use std::net::IpAddr;

/// The address, or its network: who owns one IPv6 network has 2^64 addresses, and they count as one.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}
