package dev.grapevine.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which members there are and which of them this process hosts.
 *
 * @param ports the port of each member, all on loopback
 * @param first the first member here
 * @param last the last one
 */
record Placement(List<Integer> ports, int first, int last) {

    static final String HOST = "127.0.0.1";

    static Placement of(String ports, int first, int last) {
        return new Placement(
                Arrays.stream(ports.split(",")).map(Integer::valueOf).toList(), first, last);
    }

    int members() {
        return ports.size();
    }

    /** The members here, the publisher first. */
    IntStream here() {
        return IntStream.rangeClosed(first, last);
    }

    boolean publishesHere() {
        return first == 0;
    }

    int port(int member) {
        return ports.get(member);
    }

    String address(int member) {
        return HOST + ":" + port(member);
    }

    /** All members in the given form, {@code %s} the host and {@code %d} the port, with commas between. */
    String all(String form) {
        return ports.stream().map(port -> form.formatted(HOST, port)).collect(Collectors.joining(","));
    }
}
