package dev.grapevine.samples.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An instance as a process of its own, on this machine's loopback. */
final class LiveInstance {

    /** Where the browser and the other instances find it. */
    record Ports(int http, int gossip) {}

    private final String name;
    private final Ports ports;
    private final Process process;

    private LiveInstance(String name, Ports ports, Process process) {
        this.name = name;
        this.ports = ports;
        this.process = process;
    }

    /**
     * Starts an instance on the class path of this process.
     *
     * @param name shown to people
     * @param ports its ports
     * @param seeds gossip ports of all instances
     * @param output is given each line that it writes, on a thread of its own
     */
    static LiveInstance start(String name, Ports ports, List<Integer> seeds, Consumer<String> output) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                LiveApplication.class.getName(),
                "--exit-with-parent",
                "--server.port=" + ports.http(),
                "--grapevine.name=" + name,
                "--grapevine.bind=127.0.0.1:" + ports.gossip(),
                "--grapevine.seeds="
                        + String.join(
                                ",",
                                seeds.stream().map(port -> "127.0.0.1:" + port).toList())));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            LiveInstance instance = new LiveInstance(name, ports, process);
            Thread reader = new Thread(() -> instance.read(output), name + "-output");
            reader.setDaemon(true);
            reader.start();
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException("Could not start " + name, e);
        }
    }

    private void read(Consumer<String> output) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(output);
        } catch (IOException | UncheckedIOException e) {
            output.accept("(its output ends here: " + e.getMessage() + ")");
        }
    }

    String name() {
        return name;
    }

    Ports ports() {
        return ports;
    }

    long pid() {
        return process.pid();
    }

    String url() {
        return "http://127.0.0.1:" + ports.http() + "/";
    }

    CompletableFuture<Integer> ended() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** As {@code kill -9} does: it has no chance to say goodbye. */
    void kill() {
        process.destroyForcibly();
    }

    /** Asks it to stop in good order; not by {@link Process#destroy()}, which closes its streams on its last words. */
    void stop() {
        process.toHandle().destroy();
    }

    /** Waits for its end, and kills it if that takes longer. */
    void awaitEnd(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
