package dev.grapevine.process;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Members on two sides, and a network between the sides that can be cut and healed. */
interface SplitNetwork extends AutoCloseable {

    /** Set to {@code false}, relays on loopback are used even where namespaces can be made. */
    String NAMESPACES = "grapevine.process.namespaces";

    /**
     * The best that this machine has: network namespaces with a link between them, or relays on loopback. Which of them
     * it is stands in the test's output.
     *
     * @param sizes how many members each of the two sides has
     */
    static SplitNetwork create(int... sizes) throws IOException, InterruptedException {
        String reason = "-D" + NAMESPACES + "=false";
        if (!System.getProperty(NAMESPACES, "").equals("false")) {
            try {
                SplitNetwork network = NamespaceNetwork.create(sizes);
                System.out.println("The sides are network namespaces, and the link between them is cut");
                return network;
            } catch (IOException e) {
                reason = e.getMessage();
            }
        }
        System.out.println("NO NETWORK NAMESPACES (" + reason
                + "): the sides stand on loopback, with relays between them that stop forwarding");
        return RelayNetwork.create(sizes);
    }

    /** The addresses of the members, those of the first side first. */
    List<String> addresses();

    /** What goes in front of a member's command so that it runs in its place. */
    List<String> prefix(int member);

    /** Properties for the process of a member. */
    Map<String, String> properties(int member);

    /** From now on nothing passes between the sides. */
    void cut() throws IOException, InterruptedException;

    /** From now on everything passes again. */
    void heal() throws IOException, InterruptedException;

    @Override
    void close() throws IOException, InterruptedException;
}
