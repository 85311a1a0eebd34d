package consumer;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/**
 * Fails unless the class path holds one Netty, items go from one node to another over loopback TCP in order, and the
 * process ends by itself soon after the nodes were stopped.
 */
public final class PlainConsumer {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Pattern JAR = Pattern.compile("(netty-.+?)-(\\d.*?)(-(linux|osx|windows)-.*)?\\.jar");

    private PlainConsumer() {}

    /** Netty's own, which ends after a second without work. */
    private static final String NETTY_EXECUTOR = "globalEventExecutor";

    private static final Duration EXIT_DEADLINE = Duration.ofSeconds(3);

    /** Runs the checks; an exception ends the process with a failure. */
    public static void main(String[] args) {
        System.out.println("one Netty: " + nettyVersion());
        System.out.println("items from node to node: " + itemsFromNodeToNode());
        System.out.println("threads that keep the process: " + threadsThatKeepTheProcess());
        endTheProcessWithAFailureUnlessItEndsByItself();
    }

    private static List<String> threadsThatKeepTheProcess() {
        List<String> names = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && thread != Thread.currentThread())
                .map(Thread::getName)
                .toList();
        if (!names.stream().allMatch(name -> name.startsWith(NETTY_EXECUTOR))) {
            throw new IllegalStateException("Threads are left that keep the process: " + names);
        }
        return names;
    }

    private static void endTheProcessWithAFailureUnlessItEndsByItself() {
        Thread watch = new Thread(
                () -> {
                    try {
                        Thread.sleep(EXIT_DEADLINE.toMillis());
                    } catch (InterruptedException e) {
                        return;
                    }
                    System.err.println("Still running after " + EXIT_DEADLINE + ": " + Thread.getAllStackTraces());
                    Runtime.getRuntime().halt(1);
                },
                "exit-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static String nettyVersion() {
        TreeMap<String, TreeSet<String>> jarsByVersion = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Matcher jar = JAR.matcher(new File(entry).getName());
            if (jar.matches()) {
                jarsByVersion
                        .computeIfAbsent(jar.group(2), version -> new TreeSet<>())
                        .add(jar.group(1));
            }
        }
        if (jarsByVersion.size() != 1) {
            throw new IllegalStateException("Not one Netty version but " + jarsByVersion);
        }
        return jarsByVersion.firstKey() + " " + jarsByVersion.firstEntry().getValue();
    }

    private static int itemsFromNodeToNode() {
        List<String> sent =
                IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        Grapevine first = start("first");
        Grapevine second = start("second", first.self().address().toString());
        try {
            first.membership().filter(event -> first.members().size() == 2).blockFirst(DEADLINE);
            CompletableFuture<List<String>> received = second.topic("items", Codecs.utf8())
                    .messages(sent.size(), Overflow.ERROR)
                    .map(Message::value)
                    .take(sent.size())
                    .collectList()
                    .timeout(DEADLINE)
                    .toFuture();
            first.topic("items", Codecs.utf8())
                    .publishAll(Flux.fromIterable(sent))
                    .block(DEADLINE);
            if (!sent.equals(received.join())) {
                throw new IllegalStateException("Sent " + sent + " but received " + received.join());
            }
            return sent.size();
        } finally {
            second.stop().block(DEADLINE);
            first.stop().block(DEADLINE);
        }
    }

    private static Grapevine start(String name, String... seeds) {
        return Grapevine.builder("plain-consumer")
                .name(name)
                .bind("127.0.0.1:0")
                .seeds(seeds)
                .build()
                .start()
                .block(DEADLINE);
    }
}
