package dev.grapevine.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A process with one or all members of one cluster. That of the publisher takes commands, a line each, and answers each
 * with a line; all end with their input.
 */
public final class FanoutHost {

    /** What begins each line for the benchmark: systems write to standard output too. */
    static final String ANSWER = "@ ";

    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Fanout fanout;
    private final Board board;

    private FanoutHost(Fanout fanout, Board board) {
        this.fanout = fanout;
        this.board = board;
    }

    /**
     * Hosts members.
     *
     * @param args the kind's class, the board's file, the ports, the first and the last member here
     * @throws Exception if they cannot be started
     */
    public static void main(String[] args) throws Exception {
        Placement placement = Placement.of(args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        Board board = new Board(Path.of(args[1]), placement.members());
        Fanout fanout = (Fanout) Class.forName(args[0])
                .getDeclaredConstructor(Placement.class, Board.class)
                .newInstance(placement, board);
        FanoutHost host = new FanoutHost(fanout, board);
        if (placement.publishesHere()) {
            host.awaitReceivers();
        }
        answer("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            answer(host.run(command.split(" ")));
        }
        Runtime.getRuntime().halt(0); // members of other processes are gone already; nobody waits for their farewells
    }

    private static void answer(String answer) {
        System.out.println(ANSWER + answer);
    }

    /** Publishes until each receiver gets what is published, then waits for quiet. */
    private void awaitReceivers() throws Exception {
        byte[] message = Numbered.message(Numbered.COUNTED, 100);
        board.expect(1);
        do {
            fanout.publish(message);
        } while (!board.await(0, TimeUnit.MILLISECONDS.toNanos(500)));
        Thread.sleep(1000);
    }

    private String run(String[] command) throws Exception {
        int count = Integer.parseInt(command[1]);
        int bytes = Integer.parseInt(command[2]);
        return switch (command[0]) {
            case "burst" -> burst(count, bytes);
            case "paced" -> paced(count, bytes, Integer.parseInt(command[3]));
            default -> throw new IllegalArgumentException(command[0]);
        };
    }

    /** Nanoseconds from the first message to the last delivery, or how many did not come. */
    private String burst(int count, int bytes) throws Exception {
        byte[] message = Numbered.message(Numbered.COUNTED, bytes);
        board.expect(count);
        long start = System.nanoTime();
        fanout.burst(message, count);
        return board.await(0, GIVEN_UP_NANOS) ? "" + (board.doneAt() - start) : lost();
    }

    private String lost() {
        return "lost " + board.missing();
    }

    /** The nanoseconds of each message from its publish call, or from when that was due, to the last delivery. */
    private String paced(int count, int bytes, int rate) throws Exception {
        byte[][] messages = new byte[count][];
        Arrays.setAll(messages, i -> Numbered.message(i, bytes));
        long[] from = new long[count];
        board.expect(count);
        long gap = TimeUnit.SECONDS.toNanos(1) / rate;
        long due = System.nanoTime();
        for (int i = 0; i < count; i++, due += gap) {
            from[i] = awaitDue(due);
            fanout.publish(messages[i]);
        }
        if (!board.await(0, GIVEN_UP_NANOS)) {
            return lost();
        }
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> "" + (board.arrivedAt(i) - from[i]))
                .collect(Collectors.joining(" "));
    }

    /**
     * Waits until a message is due. When the publish calls before it took too long, its time runs from when it was due, so that
     * a call that holds up its caller is not left out of the figures.
     */
    private static long awaitDue(long due) {
        long now = System.nanoTime();
        if (now >= due) {
            return due;
        }
        while (now < due) {
            LockSupport.parkNanos(due - now);
            now = System.nanoTime();
        }
        return now;
    }
}
