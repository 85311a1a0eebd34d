package dev.grapevine.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Forwards TCP connections to an address on loopback, until it is blocked: then, as in a network that is cut, nothing
 * arrives and nothing is answered, what is sent waits, and neither side is told of anything. What waited goes on when it
 * is no longer blocked.
 */
final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final int port;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean blocked;
    private boolean closed;

    /** Forwards to a port of loopback, from now on. */
    Relay(int port) throws IOException {
        this.port = port;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        spawn(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    synchronized void block() {
        blocked = true;
    }

    synchronized void unblock() {
        blocked = false;
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                keep(near);
                spawn(() -> connect(near));
            }
        } catch (IOException closing) {
            close();
        }
    }

    private void connect(Socket near) {
        try {
            awaitUnblocked();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
            keep(far);
            spawn(() -> forward(near, far));
            forward(far, near);
        } catch (IOException refused) {
            end(near);
        }
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitUnblocked();
                out.write(buffer, 0, read);
            }
        } catch (IOException broken) {
            // The other side learns of it below, as of the end.
        }
        try {
            awaitUnblocked();
        } catch (IOException closing) {
            // Both end.
        }
        end(from);
        end(to);
    }

    private synchronized void awaitUnblocked() throws IOException {
        while (blocked && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
        if (closed) {
            throw new IOException("closed");
        }
    }

    private synchronized void keep(Socket socket) throws IOException {
        sockets.add(socket);
        if (closed) {
            socket.close();
        }
    }

    private synchronized void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void spawn(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        List.copyOf(sockets).forEach(this::end);
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
