package dev.grapevine.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A cluster of one kind, in one process or in one for each member, as the benchmark holds it. */
final class FanoutCluster implements AutoCloseable {

    private final List<Process> hosts = new ArrayList<>();
    private final Path board;

    FanoutCluster(String kind, int members, boolean apart, List<String> options) throws IOException {
        board = Files.createTempFile("fanout", ".board");
        String ports = freePorts(members);
        int processes = apart ? members : 1;
        for (int i = 0; i < processes; i++) {
            int last = apart ? i : members - 1;
            hosts.add(start(options, kind, board.toString(), ports, "" + i, "" + last));
        }
    }

    private static String freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        String ports = held.stream().map(socket -> "" + socket.getLocalPort()).collect(Collectors.joining(","));
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    private static Process start(List<String> options, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FanoutHost.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectError(
                        System.getProperty("fanout.errors") == null
                                ? ProcessBuilder.Redirect.DISCARD
                                : ProcessBuilder.Redirect.appendTo(new File(System.getProperty("fanout.errors"))))
                .start();
    }

    /** Waits until all have found each other. */
    void awaitReady() throws IOException {
        for (Process host : hosts) {
            answer(host);
        }
    }

    /** Gives a command to the publisher's process and waits for the answer. */
    String ask(String command) throws IOException {
        Writer commands = hosts.get(0).outputWriter(StandardCharsets.UTF_8);
        commands.write(command + "\n");
        commands.flush();
        return answer(hosts.get(0));
    }

    /** Processor time that all members have taken, in nanoseconds; the kernel counts it in steps of 10 ms. */
    long processorNanos() {
        return hosts.stream()
                .mapToLong(host ->
                        host.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
                .sum();
    }

    private static String answer(Process host) throws IOException {
        BufferedReader lines = host.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(FanoutHost.ANSWER)) {
                return line.substring(FanoutHost.ANSWER.length());
            }
        }
        throw new IOException("A process of the benchmark ended; with -Dfanout.errors=FILE it says why");
    }

    @Override
    public void close() {
        hosts.forEach(Process::destroyForcibly);
        board.toFile().delete();
    }
}
