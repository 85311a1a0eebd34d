package dev.grapevine.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member costs that has nothing to do, in a cluster of processes on loopback: processor time by the kernel's
 * account, payload bytes by the counters of its sockets ({@code ss}, of iproute2), threads and sockets; with nothing
 * opened, and with topics and maps that are subscribed to and never used. Beside them runs a JVM without a member. Linux
 * only. Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.IdleBenchmark}; {@code -Dbench.args="--members 8
 * --opened 0,20 --warmup 300 --windows 3 --seconds 60"} to change.
 */
public final class IdleBenchmark {

    private final int members;
    private final int opened;
    private final int seconds;

    private IdleBenchmark(int members, int opened, int seconds) {
        this.members = members;
        this.opened = opened;
        this.seconds = seconds;
    }

    /**
     * Measures and prints a table.
     *
     * @param args {@code --name value} pairs
     * @throws Exception if a member cannot be started or read
     */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        System.out.println("| topics and maps opened | window | CPU of a core: median member | most | JVM alone"
                + " | bytes/s sent + received: median | most | segments/s | threads | JVM alone | sockets |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (int opened : arguments.numbers("opened", "0,20")) {
            new IdleBenchmark(arguments.number("members", 8), opened, arguments.number("seconds", 60))
                    .run(arguments.number("warmup", 300), arguments.number("windows", 3));
        }
    }

    private void run(int warmup, int windows) throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            List<String> addresses = freeAddresses();
            for (int i = 0; i < members; i++) {
                List<String> seeds = new ArrayList<>(addresses);
                Collections.rotate(seeds, i);
                List<String> arguments = new ArrayList<>(List.of(addresses.get(i)));
                arguments.addAll(seeds);
                processes.add(start(arguments));
            }
            processes.add(start(List.of()));
            for (Process process : processes) {
                awaitComplete(process);
            }
            Thread.sleep(warmup * 1000L);
            for (int window = 1; window <= windows; window++) {
                Map<Long, ProcessUse> before = ProcessUse.of(processes);
                Thread.sleep(seconds * 1000L);
                print(window, processes, before, ProcessUse.of(processes));
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
            for (Process process : processes) {
                process.waitFor();
            }
        }
    }

    private Process start(List<String> addresses) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                IdleMember.class.getName(),
                Integer.toString(members),
                Integer.toString(opened)));
        command.addAll(addresses);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void awaitComplete(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.equals(IdleMember.COMPLETE)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("A member ended before it saw all others");
        }
    }

    private List<String> freeAddresses() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            addresses.add("127.0.0.1:" + socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return addresses;
    }

    private void print(int window, List<Process> processes, Map<Long, ProcessUse> before, Map<Long, ProcessUse> after) {
        List<Double> cpu = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        List<Double> segments = new ArrayList<>();
        List<Integer> threads = new ArrayList<>();
        List<Integer> sockets = new ArrayList<>();
        TreeMap<String, Long> byThread = new TreeMap<>();
        for (Process process : processes.subList(0, members)) {
            ProcessUse first = before.get(process.pid());
            ProcessUse last = after.get(process.pid());
            cpu.add(cpuShare(first, last));
            bytes.add((double) (last.sent() + last.received() - first.sent() - first.received()) / seconds);
            segments.add((double) (last.segments() - first.segments()) / seconds);
            threads.add(last.threads());
            sockets.add(last.sockets());
            last.cpuOfThreads()
                    .forEach((name, millis) ->
                            byThread.merge(name, millis - first.cpuOfThreads().getOrDefault(name, 0L), Long::sum));
        }
        Process alone = processes.get(members);
        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %.2f %% | %.2f %% | %.2f %% | %.0f | %.0f | %.1f | %d–%d | %d | %d–%d |%n",
                opened,
                window,
                median(cpu),
                Collections.max(cpu),
                cpuShare(before.get(alone.pid()), after.get(alone.pid())),
                median(bytes),
                Collections.max(bytes),
                median(segments),
                Collections.min(threads),
                Collections.max(threads),
                after.get(alone.pid()).threads(),
                Collections.min(sockets),
                Collections.max(sockets));
        byThread.values().removeIf(millis -> millis < 10L * members);
        System.err.println("processor time of all members by thread, ms: " + byThread);
    }

    private double cpuShare(ProcessUse first, ProcessUse last) {
        return (last.cpuMillis() - first.cpuMillis()) / (seconds * 10.0);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
