"""The edge: sockets, HTTP and JSON-RPC in front of the dispatcher."""
