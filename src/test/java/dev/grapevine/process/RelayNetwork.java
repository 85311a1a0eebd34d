package dev.grapevine.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Two sides on loopback: who dials a member of the other side is led through a {@link Relay}. */
final class RelayNetwork implements SplitNetwork {

    private final List<String> addresses;
    private final List<Relay> relays = new ArrayList<>();
    private final int firstSide;

    private RelayNetwork(List<String> addresses, int firstSide) {
        this.addresses = addresses;
        this.firstSide = firstSide;
    }

    static RelayNetwork create(int... sizes) throws IOException {
        RelayNetwork network = new RelayNetwork(ProcessCluster.freeAddresses(sizes[0] + sizes[1]), sizes[0]);
        for (String address : network.addresses) {
            network.relays.add(new Relay(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1))));
        }
        return network;
    }

    @Override
    public List<String> addresses() {
        return addresses;
    }

    @Override
    public List<String> prefix(int member) {
        return List.of();
    }

    @Override
    public Map<String, String> properties(int member) {
        return Map.of(
                MemberMain.DETOURS,
                IntStream.range(0, addresses.size())
                        .filter(other -> other < firstSide != member < firstSide)
                        .mapToObj(other ->
                                addresses.get(other) + "=" + relays.get(other).address())
                        .collect(Collectors.joining(",")));
    }

    @Override
    public void cut() {
        relays.forEach(Relay::block);
    }

    @Override
    public void heal() {
        relays.forEach(Relay::unblock);
    }

    @Override
    public void close() {
        relays.forEach(Relay::close);
    }
}
