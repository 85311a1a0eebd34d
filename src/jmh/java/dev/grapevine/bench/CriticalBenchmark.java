package dev.grapevine.bench;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * How long critical messages take beside normal ones while the link carries all it can: two members in this process, real
 * sockets, and between them a relay that lets through so many bytes a second. One publishes messages of 8 KiB to one topic
 * as fast as it is let, and to another topic, twenty times a second each, a critical and a normal message with the time at
 * which it was published. Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.CriticalBenchmark};
 * {@code -Dbench.args="--kilobytes 10000 --seconds 20 --runs 3"} to change.
 */
public final class CriticalBenchmark {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final int BULK_BYTES = 8 << 10;

    private final long bytesPerSecond;
    private final Duration time;

    private CriticalBenchmark(long bytesPerSecond, Duration time) {
        this.bytesPerSecond = bytesPerSecond;
        this.time = time;
    }

    /**
     * Runs the benchmark and prints a table, a line a run and kind of message.
     *
     * @param args {@code --name value} pairs
     * @throws IOException if there is no port
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        CriticalBenchmark benchmark = new CriticalBenchmark(
                1_000L * arguments.number("kilobytes", 10_000), Duration.ofSeconds(arguments.number("seconds", 20)));
        System.out.println("| run | messages | number | median ms | p99 ms | most ms | MB/s of bulk beside |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int run = 1; run <= arguments.number("runs", 3); run++) {
            benchmark.run(run);
        }
    }

    private void run(int run) throws IOException {
        int publisherPort = freePort();
        int receiverPort = freePort();
        // Whoever dials whom, it is through a slow link.
        try (SlowLink toPublisher = slow(publisherPort);
                SlowLink toReceiver = slow(receiverPort)) {
            Grapevine publisher = node(publisherPort, toPublisher, toReceiver);
            Grapevine receiver = node(receiverPort, toReceiver, toPublisher);
            publisher.start().block(PATIENCE);
            receiver.start().block(PATIENCE);
            publisher.views().takeUntil(view -> view.size() == 2).blockLast(PATIENCE);
            measure(run, publisher, receiver);
            receiver.stop().block(PATIENCE);
            publisher.stop().block(PATIENCE);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private SlowLink slow(int port) throws IOException {
        return new SlowLink(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), bytesPerSecond);
    }

    private static Grapevine node(int port, SlowLink itself, SlowLink other) {
        return Grapevine.builder("critical")
                .bind("127.0.0.1:" + port)
                .advertise(itself.address())
                .seeds(other.address())
                .build();
    }

    private void measure(int run, Grapevine publisher, Grapevine receiver) {
        LongAdder bulkBytes = new LongAdder();
        Disposable counting = receiver.topic("bulk", Codecs.byteArray())
                .messages(1 << 16, Overflow.ERROR)
                .subscribe(message -> bulkBytes.add(message.value().length));
        List<Latencies> kinds = Arrays.stream(Priority.values())
                .map(priority -> new Latencies(priority, time.dividedBy(PERIOD)))
                .toList();
        Disposable timing = receiver.topic("timed", Codecs.byteArray())
                .messages(1 << 16, Overflow.ERROR)
                .subscribe(message -> kinds.get(message.priority().ordinal()).arrived(message.value()));
        Disposable load = publisher
                .topic("bulk", Codecs.byteArray())
                .publishAll(Flux.generate(sink -> sink.next(new byte[BULK_BYTES])))
                .subscribe();
        pause(Duration.ofSeconds(5)); // until the outbox is full and the link's measurements are those of a full link
        bulkBytes.reset();
        publishTimed(publisher.topic("timed", Codecs.byteArray()), kinds);
        double megabytes = bulkBytes.sum() / 1e6 / time.toSeconds();
        load.dispose();
        pause(Duration.ofSeconds(2));
        kinds.forEach(kind -> System.out.println(
                "| " + run + " | " + kind.row() + " | " + String.format(Locale.ROOT, "%.1f", megabytes) + " |"));
        timing.dispose();
        counting.dispose();
    }

    private void publishTimed(Topic<byte[]> topic, List<Latencies> kinds) {
        Flux.interval(PERIOD)
                .take(time.dividedBy(PERIOD))
                .doOnNext(tick -> kinds.forEach(
                        kind -> topic.publish(stamp(), kind.priority).subscribe()))
                .blockLast();
    }

    private static byte[] stamp() {
        return ByteBuffer.allocate(100).putLong(System.nanoTime()).array();
    }

    private static void pause(Duration time) {
        Flux.interval(time).blockFirst();
    }

    /** How long the messages of one priority took; filled on the subscriber's thread, read when all is over. */
    private static final class Latencies {

        private final Priority priority;
        private final long[] nanos;
        private volatile int count;

        private Latencies(Priority priority, long most) {
            this.priority = priority;
            this.nanos = new long[(int) most];
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // written by one subscriber
        private void arrived(byte[] stamp) {
            nanos[count] = System.nanoTime() - ByteBuffer.wrap(stamp).getLong();
            count++;
        }

        private String row() {
            if (count < nanos.length) {
                throw new AssertionError(priority + ": " + count + " of " + nanos.length + " arrived");
            }
            Arrays.sort(nanos);
            return String.format(
                    Locale.ROOT,
                    "%s | %d | %.1f | %.1f | %.1f",
                    priority.name().toLowerCase(Locale.ROOT),
                    count,
                    nanos[count / 2] / 1e6,
                    nanos[count * 99 / 100] / 1e6,
                    nanos[count - 1] / 1e6);
        }
    }
}
