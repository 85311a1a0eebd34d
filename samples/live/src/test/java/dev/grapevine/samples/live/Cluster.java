package dev.grapevine.samples.live;

import dev.grapevine.samples.live.LiveInstance.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Three instances as processes, on ports that were free a moment ago. */
final class Cluster implements AutoCloseable {

    static final int SIZE = 3;

    private final List<Ports> ports = new ArrayList<>();
    private final LiveInstance[] instances = new LiveInstance[SIZE];
    private final HttpClient http = HttpClient.newHttpClient();

    Cluster() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 2 * SIZE; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        for (int i = 0; i < SIZE; i++) {
            ports.add(new Ports(
                    sockets.get(2 * i).getLocalPort(), sockets.get(2 * i + 1).getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        for (int i = 0; i < SIZE; i++) {
            start(i);
        }
    }

    void start(int index) {
        String name = "live-" + (index + 1);
        instances[index] = LiveInstance.start(
                name,
                ports.get(index),
                ports.stream().map(Ports::gossip).toList(),
                line -> System.out.println(name + " | " + line));
    }

    LiveInstance instance(int index) {
        return instances[index];
    }

    /** Kills it as {@code kill -9} does, and waits until the process is gone. */
    void kill(int index) throws Exception {
        instances[index].kill();
        instances[index].ended().get(10, TimeUnit.SECONDS);
    }

    boolean answers(int index) {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(instances[index].url() + "actuator/health/readiness"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws Exception {
        for (LiveInstance instance : instances) {
            if (instance != null) {
                instance.stop();
            }
        }
        for (LiveInstance instance : instances) {
            if (instance != null) {
                instance.awaitEnd(15);
            }
        }
    }
}
