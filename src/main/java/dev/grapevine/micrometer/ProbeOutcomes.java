package dev.grapevine.micrometer;

import dev.grapevine.protocol.step.ProtocolEvent;

/** The events that are outcomes of probes: they have a meter of their own. */
final class ProbeOutcomes {

    private ProbeOutcomes() {}

    static boolean isProbe(ProtocolEvent event) {
        return event.name().startsWith("PROBE_");
    }

    static String tagValue(ProtocolEvent event) {
        return TagValues.of(event).substring("probe_".length());
    }
}
