package dev.grapevine.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process has used so far, by the kernel's own account (Linux).
 *
 * @param cpuMillis processor time, in user and kernel mode, in milliseconds
 * @param threads how many threads it has
 * @param sockets how many descriptors of sockets it holds, listening ones included
 * @param sent payload bytes of TCP sent on connections that are open now, retransmissions included
 * @param received payload bytes of TCP received on connections that are open now
 * @param segments TCP segments sent and received on them
 * @param cpuOfThreads processor time by the name of the thread, in milliseconds
 */
record ProcessUse(
        long cpuMillis,
        int threads,
        int sockets,
        long sent,
        long received,
        long segments,
        Map<String, Long> cpuOfThreads) {

    private static final Pattern PID = Pattern.compile("pid=(\\d+)");
    private static final Pattern COUNTER = Pattern.compile("\\b(bytes_sent|bytes_received|segs_out|segs_in):(\\d+)");

    /** What stands behind the name of a process in {@code stat}: its state is field 3, user time 14, system time 15. */
    private static final int USER_TIME = 14 - 3;

    /** What all kernels of Linux show to processes (USER_HZ). */
    private static final long MILLIS_A_TICK = 10;

    static Map<Long, ProcessUse> of(List<Process> processes) throws IOException {
        Map<Long, Map<String, Long>> counters = counters();
        Map<Long, ProcessUse> uses = new HashMap<>();
        for (Process process : processes) {
            uses.put(process.pid(), of(process.pid(), counters.getOrDefault(process.pid(), Map.of())));
        }
        return uses;
    }

    private static ProcessUse of(long pid, Map<String, Long> counters) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        TreeMap<String, Long> cpuOfThreads = new TreeMap<>();
        int threads = 0;
        try (Stream<Path> tasks = Files.list(proc.resolve("task"))) {
            for (Path task : tasks.toList()) {
                threads++;
                String name = Files.readString(task.resolve("comm")).strip().replaceAll("\\d+", "N");
                cpuOfThreads.merge(name, cpuMillis(task), Long::sum);
            }
        }
        return new ProcessUse(
                cpuMillis(proc),
                threads,
                sockets(proc),
                counters.getOrDefault("bytes_sent", 0L),
                counters.getOrDefault("bytes_received", 0L),
                counters.getOrDefault("segs_out", 0L) + counters.getOrDefault("segs_in", 0L),
                cpuOfThreads);
    }

    private static long cpuMillis(Path proc) throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1])) * MILLIS_A_TICK;
    }

    private static int sockets(Path proc) throws IOException {
        int sockets = 0;
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.readSymbolicLink(descriptor).toString().startsWith("socket:")) {
                    sockets++;
                }
            }
        }
        return sockets;
    }

    /** The kernel's counters of each connection, summed by process: {@code ss} prints two lines a connection. */
    private static Map<Long, Map<String, Long>> counters() throws IOException {
        Process ss = new ProcessBuilder("ss", "-tinpH").start();
        Map<Long, Map<String, Long>> sums = new HashMap<>();
        String owner = "";
        for (String line :
                new String(ss.getInputStream().readAllBytes()).lines().toList()) {
            if (!Character.isWhitespace(line.charAt(0))) {
                owner = line;
                continue;
            }
            Matcher pid = PID.matcher(owner);
            if (pid.find()) {
                Map<String, Long> sum = sums.computeIfAbsent(Long.valueOf(pid.group(1)), any -> new HashMap<>());
                COUNTER.matcher(line)
                        .results()
                        .forEach(counter -> sum.merge(counter.group(1), Long.valueOf(counter.group(2)), Long::sum));
            }
        }
        return sums;
    }
}
