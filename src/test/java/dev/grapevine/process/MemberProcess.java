package dev.grapevine.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A {@link MemberMain} that runs, and what it has told so far. */
final class MemberProcess {

    /**
     * One line of what a member told.
     *
     * @param millis when, by the wall clock of the machine
     * @param about the name of the member that it is about
     * @param id the id of that member
     * @param epoch which life of that member
     * @param what the kind of event
     */
    record Told(long millis, String about, String id, long epoch, String what) {

        boolean isMembership() {
            return !what.startsWith(MemberMain.HEARD)
                    && !what.startsWith(MemberMain.STATE)
                    && !what.startsWith(LoadedMember.ACCOUNT);
        }
    }

    /**
     * What a member has of the load.
     *
     * @param received messages
     * @param missed messages that it was told it does not get
     * @param wrong how often messages and gaps did not join
     * @param settled received and missed, as the sequences tell it
     */
    record Account(long received, long missed, long wrong, long settled) {

        private static boolean isAccount(Told told) {
            return told.what().startsWith(LoadedMember.ACCOUNT);
        }

        private static Account of(Told told) {
            String[] numbers = told.what().split(" ");
            return new Account(
                    Long.parseLong(numbers[1]),
                    Long.parseLong(numbers[2]),
                    Long.parseLong(numbers[3]),
                    Long.parseLong(numbers[4]));
        }
    }

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
    static MemberProcess start(
            String name, String address, List<String> seeds, Map<String, String> properties, List<String> prefix)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Light and quick to start: many of these run beside the rest of the build.
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path")));
        properties.forEach((property, value) -> command.add("-D" + property + "=" + value));
        command.addAll(List.of(MemberMain.class.getName(), name, address));
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
        String[] words = line.split(" ", 6);
        if (words.length == 6 && words[0].equals(MemberMain.MARK)) {
            told.add(new Told(Long.parseLong(words[1]), words[2], words[3], Long.parseLong(words[4]), words[5]));
        }
        notifyAll();
    }

    /** Everything told so far, in order. */
    synchronized List<Told> told() {
        return List.copyOf(told);
    }

    /** Waits until it has told such a thing; the first of them. */
    Told await(String what, Predicate<Told> condition) {
        return awaitTold("telling " + what, one -> one.what().equals(what) && condition.test(one));
    }

    /** Asks for its account of the load, and waits for it. */
    Account account() {
        long before = told().stream().filter(Account::isAccount).count();
        say(LoadedMember.ACCOUNT);
        return Account.of(awaitUntil(PATIENCE, "its account", () -> told.stream()
                .filter(Account::isAccount)
                .skip(before)
                .findFirst()
                .orElse(null)));
    }

    /** Waits until it has told of this life of a member, whatever it was; the first of that. */
    Told awaitLife(String about, long epoch) {
        return awaitTold(
                "telling of " + about + " " + epoch,
                one -> one.isMembership() && one.about().equals(about) && one.epoch() == epoch);
    }

    private Told awaitTold(String description, Predicate<Told> condition) {
        return awaitUntil(
                PATIENCE,
                description,
                () -> told.stream().filter(condition).findFirst().orElse(null));
    }

    /** Waits until it sees exactly these, none of them suspected. */
    void awaitView(Duration patience, Collection<String> names) {
        List<String> expected = names.stream().sorted().toList();
        awaitUntil(patience, "seeing exactly " + expected, () -> {
            Collection<Told> view = view();
            boolean calm = view.stream().noneMatch(last -> last.what().equals("SUSPECTED"));
            return calm && names(view).equals(expected) ? view : null;
        });
    }

    /** Whether it hears a message that begins like this, within a time. */
    boolean hears(String beginning, Duration patience) {
        return findWithin(patience, () -> told.stream()
                        .filter(one -> one.what().startsWith(MemberMain.HEARD + beginning))
                        .findFirst()
                        .orElse(null))
                != null;
    }

    /** The names of those in its view now, sorted. */
    List<String> viewed() {
        return names(view());
    }

    private static List<String> names(Collection<Told> view) {
        return view.stream().map(Told::about).sorted().toList();
    }

    /** What it told last of each member that has neither died nor left. */
    private synchronized Collection<Told> view() {
        TreeMap<String, Told> last = new TreeMap<>();
        told.stream().filter(Told::isMembership).forEach(one -> last.put(one.id(), one));
        last.values().removeIf(one -> one.what().equals("DIED") || one.what().equals("LEFT"));
        return last.values();
    }

    private <T> T awaitUntil(Duration patience, String what, Supplier<@Nullable T> found) {
        T result = findWithin(patience, found);
        if (result == null) {
            throw new AssertionError(name + " does not do what was expected: " + what + ". All it said:\n" + output());
        }
        return result;
    }

    private synchronized String output() {
        return String.join("\n", output) + (ended ? "\nand it ended" : "");
    }

    private synchronized <T> @Nullable T findWithin(Duration patience, Supplier<@Nullable T> found) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            T result = found.get();
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (result != null || ended || left <= 0) {
                return result;
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

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Waits for its end. */
    boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
