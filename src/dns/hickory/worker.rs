//! The runtime on which questions are asked.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinError, JoinHandle};

use super::DnsError;

/// A way to a runtime, and how many questions may be there at once.
pub(super) struct Worker {
    handle: Handle,
    room: Arc<Semaphore>,
    /// Dropped with us, which tells the thread to end. Nobody waits for it, so this may happen in async code.
    _stop: Option<oneshot::Sender<()>>,
}

impl Worker {
    /// A runtime in a thread of its own.
    pub(super) fn start(in_flight: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new()
            .name("mailward-dns".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            _stop: Some(stop),
            ..Self::on(handle, in_flight)
        })
    }

    /// Somebody else's runtime.
    pub(super) fn on(handle: Handle, in_flight: usize) -> Self {
        Self {
            handle,
            room: Arc::new(Semaphore::new(in_flight.min(Semaphore::MAX_PERMITS))),
            _stop: None,
        }
    }

    /// What the task comes to; trouble when the runtime ends, or has ended, before the task has.
    pub(super) fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, DnsError>> + Send + 'static,
    ) -> impl Future<Output = Result<T, DnsError>> + Send + 'static {
        let handle = self.handle.clone();
        let room = Arc::clone(&self.room);
        async move {
            // The semaphore is never closed.
            let permit = room.acquire_owned().await;
            let running = Running(handle.spawn(async move {
                let _permit = permit;
                task.await
            }));
            running.await.unwrap_or(Err(DnsError::ServerFailure))
        }
    }
}

/// A task that ends when nobody waits for it any more, so that its place is free again.
struct Running<T>(JoinHandle<T>);

impl<T> Future for Running<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
