package dev.grapevine;

/** Names a node's cluster, address, seeds and limits. */
public final class GrapevineBuilder {

    private final String cluster;

    GrapevineBuilder(String cluster) {
        this.cluster = cluster;
    }

    /**
     * The cluster's name.
     *
     * @return the name
     */
    public String cluster() {
        return cluster;
    }
}
