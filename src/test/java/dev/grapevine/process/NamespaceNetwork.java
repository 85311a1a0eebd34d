package dev.grapevine.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for each member, and one in the middle with a bridge for each side and a link between the two. All
 * interfaces are inside, so they end with the namespaces and nothing of the machine's own network changes. The names
 * carry the id of the process that made them: what a killed run left behind is removed by the next.
 */
final class NamespaceNetwork implements SplitNetwork {

    private static final String PREFIX = "grapevine-test-";
    private static final Pattern OURS = Pattern.compile("^" + PREFIX + "(\\d+)-\\S+", Pattern.MULTILINE);
    private static final int PORT = 7946;

    private final String run = PREFIX + ProcessHandle.current().pid() + "-";
    private final String hub = run + "hub";
    private final List<String> namespaces = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    private NamespaceNetwork() {}

    /** Fails if this machine or this user cannot make namespaces; nothing is left behind then. */
    static NamespaceNetwork create(int... sizes) throws IOException, InterruptedException {
        removeStale();
        NamespaceNetwork network = new NamespaceNetwork();
        try {
            network.build(sizes);
        } catch (IOException e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void build(int... sizes) throws IOException, InterruptedException {
        namespace(hub);
        ip("netns exec " + hub + " true"); // in some containers namespaces can be made but not entered
        for (int side = 0; side < sizes.length; side++) {
            inHub("link add side" + side + " type bridge");
            inHub("link set side" + side + " up");
        }
        inHub("link add between0 type veth peer name between1");
        for (int side = 0; side < sizes.length; side++) {
            inHub("link set between" + side + " master side" + side + " up");
            for (int i = 0; i < sizes[side]; i++) {
                member(addresses.size(), side);
            }
        }
    }

    private void member(int member, int side) throws IOException, InterruptedException {
        String name = run + member;
        String host = "10.213.0." + (member + 1);
        namespace(name);
        inHub("link add port" + member + " type veth peer name eth0 netns " + name);
        inHub("link set port" + member + " master side" + side + " up");
        ip("-n " + name + " addr add " + host + "/24 dev eth0");
        ip("-n " + name + " link set eth0 up");
        addresses.add(host + ":" + PORT);
    }

    private void namespace(String name) throws IOException, InterruptedException {
        ip("netns add " + name);
        namespaces.add(name);
        ip("-n " + name + " link set lo up");
    }

    private void inHub(String command) throws IOException, InterruptedException {
        ip("-n " + hub + " " + command);
    }

    private static void removeStale() throws IOException, InterruptedException {
        Matcher ours = OURS.matcher(ip("netns list"));
        while (ours.find()) {
            if (ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty()) {
                try {
                    ip("netns del " + ours.group());
                } catch (IOException e) {
                    System.out.println("Not removed, maybe since another run did: " + e.getMessage());
                }
            }
        }
    }

    /** Runs {@code ip}; its output. */
    private static String ip(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("ip " + arguments + ": " + output.strip());
        }
        return output;
    }

    @Override
    public List<String> addresses() {
        return addresses;
    }

    @Override
    public List<String> prefix(int member) {
        return List.of("ip", "netns", "exec", run + member);
    }

    @Override
    public Map<String, String> properties(int member) {
        return Map.of();
    }

    @Override
    public void cut() throws IOException, InterruptedException {
        inHub("link set between0 down");
    }

    @Override
    public void heal() throws IOException, InterruptedException {
        inHub("link set between0 up");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        while (!namespaces.isEmpty()) {
            ip("netns del " + namespaces.remove(namespaces.size() - 1));
        }
    }
}
