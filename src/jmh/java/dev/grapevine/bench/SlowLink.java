package dev.grapevine.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/**
 * Forwards TCP connections to an address on loopback, at most so many bytes a second in each direction of each: a network
 * slower than those who send. It buffers little, as a sender sees it: what it has not forwarded waits at the sender.
 */
final class SlowLink implements AutoCloseable {

    private static final int BUFFER = 16 << 10;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final long bytesPerSecond;

    SlowLink(InetSocketAddress target, long bytesPerSecond) throws IOException {
        this.target = target;
        this.bytesPerSecond = bytesPerSecond;
        this.server = new ServerSocket();
        server.setReceiveBufferSize(BUFFER); // before it is bound: accepted sockets take it over
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        spawn(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                Socket far = new Socket();
                far.setReceiveBufferSize(BUFFER);
                far.connect(target);
                spawn(() -> forward(near, far));
                spawn(() -> forward(far, near));
            }
        } catch (IOException closed) {
            // The end of the benchmark, or a target that is gone: whoever dialled sees the connection end.
        }
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            long free = System.nanoTime();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                free = Math.max(free, System.nanoTime()) + read * 1_000_000_000L / bytesPerSecond;
                LockSupport.parkNanos(free - System.nanoTime());
            }
        } catch (IOException broken) {
            // Both sides see it as the end of their connection.
        }
    }

    private static void spawn(Runnable task) {
        Thread thread = new Thread(task, "slow link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
