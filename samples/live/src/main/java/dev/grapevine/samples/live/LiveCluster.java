package dev.grapevine.samples.live;

import dev.grapevine.samples.live.LiveInstance.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A cluster of three instances on this machine, each a process of its own. An instance that is killed is started again
 * after a while, so that one can watch the others notice both.
 */
public final class LiveCluster {

    /** The first web port; the instances take this one and those after it. */
    static final int FIRST_HTTP_PORT = 8081;

    /** The first gossip port, in the same way. */
    static final int FIRST_GOSSIP_PORT = 7941;

    private static final int SIZE = 3;
    private static final int SECONDS_UNTIL_RETURN = 15;
    private static final int SECONDS_TO_STOP = 10;

    private final LiveInstance[] instances = new LiveInstance[SIZE];
    private final ScheduledExecutorService returns = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "returns");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch ready = new CountDownLatch(SIZE);
    private boolean stopping;

    private LiveCluster() {}

    /** Runs the cluster until it is interrupted. */
    public static void main(String[] args) throws InterruptedException {
        for (int index = 0; index < SIZE; index++) {
            requireFree(FIRST_HTTP_PORT + index);
            requireFree(FIRST_GOSSIP_PORT + index);
        }
        LiveCluster cluster = new LiveCluster();
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::stop, "stop"));
        for (int index = 0; index < SIZE; index++) {
            cluster.start(index);
        }
        cluster.ready.await();
        cluster.explain();
        new CountDownLatch(1).await();
    }

    private synchronized void start(int index) {
        if (stopping) {
            return;
        }
        String name = "live-" + (index + 1);
        Ports ports = new Ports(FIRST_HTTP_PORT + index, FIRST_GOSSIP_PORT + index);
        LiveInstance instance = LiveInstance.start(name, ports, seeds(), line -> heard(name, line));
        instances[index] = instance;
        instance.ended().thenAccept(code -> ended(index, code));
        say(name, "process " + instance.pid() + " starts");
    }

    private synchronized void ended(int index, int code) {
        if (stopping) {
            return;
        }
        say(
                instances[index].name(),
                "process " + instances[index].pid() + " ended with code " + code + "; it comes back in "
                        + SECONDS_UNTIL_RETURN + " s");
        returns.schedule(() -> start(index), SECONDS_UNTIL_RETURN, TimeUnit.SECONDS);
    }

    private synchronized void explain() {
        StringBuilder text = new StringBuilder("\nA cluster of three. Open any of them, or all:\n");
        for (LiveInstance instance : instances) {
            text.append("  ")
                    .append(instance.url())
                    .append("   process ")
                    .append(instance.pid())
                    .append('\n');
        }
        text.append("\nTake one away and watch the others:  kill -9 ")
                .append(instances[SIZE - 1].pid())
                .append('\n');
        text.append("A fourth, in a second terminal:      mvn -Prun-live,one -Dport=8084\n");
        text.append("Stop with Ctrl-C.\n");
        System.out.println(text);
    }

    private synchronized void stop() {
        stopping = true;
        returns.shutdownNow();
        List<LiveInstance> started =
                Stream.of(instances).filter(Objects::nonNull).toList();
        started.forEach(LiveInstance::stop);
        try {
            for (LiveInstance instance : started) {
                instance.awaitEnd(SECONDS_TO_STOP);
            }
        } catch (InterruptedException e) {
            started.forEach(LiveInstance::kill);
            Thread.currentThread().interrupt();
        }
    }

    private static void requireFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            System.err.println("Port " + port + " is in use (" + e.getMessage() + "): is a cluster running already?");
            System.exit(1);
        }
    }

    /** The gossip ports of all three: who names itself does no harm, and so every instance has the same list. */
    static List<Integer> seeds() {
        return List.of(FIRST_GOSSIP_PORT, FIRST_GOSSIP_PORT + 1, FIRST_GOSSIP_PORT + 2);
    }

    private void heard(String name, String line) {
        say(name, line);
        if (line.contains("Started " + LiveApplication.class.getSimpleName())) {
            ready.countDown();
        }
    }

    private static void say(String name, String line) {
        System.out.println(name + " | " + line);
    }
}
