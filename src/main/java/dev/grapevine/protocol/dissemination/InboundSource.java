package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Another member as a publisher: its streams by topic, with the one used last at hand. */
final class InboundSource {

    private final Origin origin;
    private final Map<String, InboundStream> streams = new LinkedHashMap<>();
    private @Nullable InboundStream latest;
    private String latestTopic = "";

    InboundSource(Origin origin) {
        this.origin = origin;
    }

    Origin origin() {
        return origin;
    }

    @Nullable InboundStream find(String topic) {
        InboundStream stream = latest;
        if (stream == null || !latestTopic.equals(topic)) {
            stream = streams.get(topic);
            latest = stream;
            latestTopic = topic;
        }
        return stream;
    }

    void add(String topic, InboundStream stream) {
        streams.put(topic, stream);
        latest = stream;
        latestTopic = topic;
    }

    Collection<InboundStream> streams() {
        return streams.values();
    }

    void forgetLatest() {
        latest = null;
    }
}
