package dev.grapevine.runtime;

import dev.grapevine.observe.GrapevineObserver;

/**
 * What a node has from the start, bound or not.
 *
 * @param config what it is built from
 * @param observer is told what happens; whatever it throws harms nobody
 * @param handshake whom it admits
 * @param log what people read of how it fares
 * @param views what the outside sees of it
 * @param commands the way to its core
 * @param replays its subscriptions that began at the retained window
 * @param submissions what its users publish and write
 * @param catalogue the topics and maps that it has opened
 */
record NodeParts(
        NodeConfig config,
        GrapevineObserver observer,
        NodeHandshake handshake,
        NodeLog log,
        NodeViews views,
        Commands commands,
        Replaying replays,
        Acknowledging acknowledging,
        Submissions submissions,
        Catalogue catalogue) {

    private static final int MAX_CALLS = 65_536;
    private static final long MAX_CALL_BYTES = 64 << 20;

    static NodeParts of(NodeConfig config) {
        GrapevineObserver observer = new SafeObserver(config.observer());
        NodeViews views = new NodeViews();
        NodeLog log = new NodeLog(
                config.cluster(), config.seeds(), config.environment().nanos(), () -> views.members()
                        .members()
                        .size());
        Commands commands = new Commands();
        Replaying replays = new Replaying(commands);
        Acknowledging acknowledging = new Acknowledging(config.environment().nanos());
        Submissions submissions =
                new Submissions(MAX_CALLS, MAX_CALL_BYTES, commands, config.settings(), config.environment());
        return new NodeParts(
                config,
                observer,
                new NodeHandshake(config.cluster(), observer, log.refusals()),
                log,
                views,
                commands,
                replays,
                acknowledging,
                submissions,
                new Catalogue(views, submissions, replays, acknowledging, config.environment(), observer));
    }

    boolean hasSeeds() {
        return !config.seeds().isEmpty() || config.seedProvider() != null;
    }
}
