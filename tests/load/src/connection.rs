//! One kept-alive HTTP/1.1 connection with at most one request under way.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

/// A connection and what has come back on it so far.
pub struct Connection {
    pub stream: TcpStream,
    received: Vec<u8>,
    length: usize,
    /// Where the body begins and where the answer ends, once the head is there.
    extent: Option<(usize, usize)>,
    /// From when the answer's latency counts.
    pub since: Instant,
}

/// A whole answer.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// Larger than any answer of the tasks here.
const ROOM: usize = 256 * 1024;

impl Connection {
    pub fn open(server: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, received: vec![0; ROOM], length: 0, extent: None, since: Instant::now() })
    }

    /// Sends a request, whose latency counts from `since`. It is small and the socket's buffer empty, so it never blocks.
    pub fn send(&mut self, request: &[u8], since: Instant) -> Result<(), String> {
        (self.length, self.extent, self.since) = (0, None, since);
        self.stream.write_all(request).map_err(|error| format!("a request cannot be sent: {error}"))
    }

    /// Takes what has come; gives the answer when it is whole.
    pub fn receive(&mut self) -> Result<Option<Answer<'_>>, String> {
        match self.stream.read(&mut self.received[self.length..]) {
            Ok(0) => return Err("the server closed a connection".to_owned()),
            Ok(more) => self.length += more,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(format!("an answer cannot be read: {error}")),
        }
        if self.extent.is_none() {
            self.extent = extent(&self.received[..self.length])?;
        }
        let Some((body, end)) = self.extent.filter(|(_, end)| *end <= self.length) else { return Ok(None) };
        let status = std::str::from_utf8(&self.received[9..12]).ok().and_then(|digits| digits.parse().ok());
        let status = status.ok_or("the answer does not begin with an HTTP status")?;
        Ok(Some(Answer { status, body: &self.received[body..end] }))
    }
}

/// Where the body begins and ends, by `Content-Length`.
fn extent(received: &[u8]) -> Result<Option<(usize, usize)>, String> {
    let Some(head) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&received[..head]).map_err(|_| "the head of an answer is no text")?;
    let length = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    let length = length.ok_or_else(|| format!("an answer has no length: {text}"))?;
    Ok(Some((head + 4, head + 4 + length)))
}
