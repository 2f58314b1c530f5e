//! What stands before several nodes: whoever calls is let through to one of those that answer, in turn.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Starts it before the nodes on these ports. Answers its own port.
pub async fn start(nodes: Vec<u16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut nodes = nodes;
        while let Ok((caller, _)) = listener.accept().await {
            nodes.rotate_left(1);
            tokio::spawn(let_through(caller, nodes.clone()));
        }
    });
    port
}

async fn let_through(mut caller: TcpStream, nodes: Vec<u16>) {
    for port in nodes {
        if let Ok(mut node) = TcpStream::connect(("127.0.0.1", port)).await {
            // Whichever side goes away, the other one learns of it.
            let _ = copy_bidirectional(&mut caller, &mut node).await;
            return;
        }
    }
}
