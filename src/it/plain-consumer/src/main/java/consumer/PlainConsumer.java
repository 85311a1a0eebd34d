package consumer;

import io.rsocket.Payload;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/** Fails unless the class path holds one Netty and items come through over loopback TCP in order. */
public final class PlainConsumer {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Pattern JAR = Pattern.compile("(netty-.+?)-(\\d.*?)(-(linux|osx|windows)-.*)?\\.jar");

    private PlainConsumer() {}

    /** Runs both checks; an exception ends the process with a failure. */
    public static void main(String[] args) {
        System.out.println("one Netty: " + nettyVersion());
        System.out.println("items over TCP: " + itemsOverTcp());
    }

    private static String nettyVersion() {
        TreeMap<String, TreeSet<String>> jarsByVersion = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Matcher jar = JAR.matcher(new File(entry).getName());
            if (entry.contains("netty") && jar.matches()) {
                jarsByVersion
                        .computeIfAbsent(jar.group(2), version -> new TreeSet<>())
                        .add(jar.group(1));
            }
        }
        if (jarsByVersion.size() != 1) {
            throw new IllegalStateException("Not one Netty version but " + jarsByVersion);
        }
        return jarsByVersion.firstEntry().getKey() + " "
                + jarsByVersion.firstEntry().getValue();
    }

    private static int itemsOverTcp() {
        List<String> sent =
                IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        CloseableChannel server = RSocketServer.create(SocketAcceptor.forRequestChannel(Flux::from))
                .bindNow(TcpServerTransport.create("127.0.0.1", 0));
        try {
            var client = RSocketConnector.connectWith(TcpClientTransport.create(server.address()))
                    .block(DEADLINE);
            List<String> received = client.requestChannel(
                            Flux.fromIterable(sent).map(DefaultPayload::create))
                    .map(Payload::getDataUtf8)
                    .take(sent.size())
                    .collectList()
                    .block(DEADLINE);
            client.dispose();
            if (!sent.equals(received)) {
                throw new IllegalStateException("Sent " + sent + " but received " + received);
            }
            return received.size();
        } finally {
            server.dispose();
        }
    }
}
