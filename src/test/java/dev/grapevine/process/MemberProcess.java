package dev.grapevine.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A {@link MemberMain} that runs, and what it has told so far. */
final class MemberProcess {

    /**
     * One line of what a member told.
     *
     * @param millis when, by the wall clock of the machine
     * @param about the member that it is about
     * @param epoch which life of that member
     * @param what the kind of event
     */
    record Told(long millis, String about, long epoch, String what) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final String name;
    final String address;
    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private boolean ended;

    private MemberProcess(String name, String address, Process process) {
        this.name = name;
        this.address = address;
        this.process = process;
    }

    /** Starts a member; it may take seconds until it tells anything. */
    static MemberProcess start(String name, String address, List<String> seeds) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Light and quick to start: many of these run beside the rest of the build.
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                MemberMain.class.getName(),
                name,
                address));
        command.addAll(seeds);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        MemberProcess member = new MemberProcess(name, address, process);
        Thread reader = new Thread(member::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
        return member;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard(line);
            }
        } catch (IOException e) {
            heard("no more output: " + e); // the usual end of a process that was killed
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void heard(String line) {
        output.add(line);
        String[] words = line.split(" ", 5);
        if (words.length == 5 && words[0].equals(MemberMain.MARK)) {
            told.add(new Told(Long.parseLong(words[1]), words[2], Long.parseLong(words[3]), words[4]));
        }
        notifyAll();
    }

    /** Everything told so far, in order. */
    synchronized List<Told> told() {
        return List.copyOf(told);
    }

    /** Waits until it has told such a thing; the first of them. */
    synchronized Told await(String what, Predicate<Told> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (Told one : told) {
                if (one.what().equals(what) && condition.test(one)) {
                    return one;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (ended || left <= 0) {
                throw new AssertionError(name + (ended ? " ended" : " went on") + " without telling " + what
                        + " as expected. All it said:\n" + String.join("\n", output));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + name, e);
            }
        }
    }

    /** Publishes a word. */
    void say(String word) {
        try {
            Writer input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(word + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
    }

    long pid() {
        return process.pid();
    }

    /** Waits for its end. */
    boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
