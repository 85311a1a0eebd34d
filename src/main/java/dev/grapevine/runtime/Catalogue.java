package dev.grapevine.runtime;

import dev.grapevine.codec.Codec;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Topic;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;

/** The topics and maps that this node has opened, one a name. Used from any thread. */
final class Catalogue {

    /** Most topics, and most maps, that a node opens. */
    static final int MAX_OPEN = 1024;

    private final NodeViews views;
    private final Submissions submissions;
    private final Replaying replays;
    private final Scheduler delivery;
    private final Acknowledging acknowledging;
    private final GrapevineObserver observer;
    private final Map<String, MapView<?, ?>> maps = new ConcurrentHashMap<>();

    Catalogue(
            NodeViews views,
            Submissions submissions,
            Replaying replays,
            Acknowledging acknowledging,
            Environment environment,
            GrapevineObserver observer) {
        this.views = views;
        this.submissions = submissions;
        this.replays = replays;
        this.delivery = environment.delivery();
        this.acknowledging = acknowledging;
        this.observer = observer;
    }

    /** Names of the maps. */
    Set<String> maps() {
        return maps.keySet();
    }

    @SuppressWarnings("unchecked") // the codecs' names are the same, which says that they are interchangeable
    <T> Topic<T> topic(String name, Codec<T> codec, Order order) {
        checkTopic(name);
        TopicChannel<?> channel = open(
                views.topics(),
                name,
                "topics",
                () -> new TopicChannel<>(name, codec, order, submissions, replays, delivery, acknowledging, observer));
        if (views.isCompleted()) {
            channel.complete();
        }
        checkFormat("Topic", name, channel.codec().name(), codec.name());
        if (channel.order() != order) {
            throw new IllegalArgumentException(
                    "Topic '" + name + "' is open with order " + channel.order() + ", not " + order);
        }
        return (Topic<T>) channel;
    }

    @SuppressWarnings("unchecked") // the codecs' names are the same, which says that they are interchangeable
    <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        checkName(name);
        MapView<?, ?> map = open(
                maps,
                name,
                "maps",
                () -> new MapView<>(name, keys, values, views.store(name), submissions, delivery, observer));
        checkFormat("Map", name, map.format(), MapView.format(keys, values));
        return (ReplicatedMap<K, V>) map;
    }

    private static void checkTopic(String name) {
        checkName(name);
        if (!StreamName.isTopic(name)) {
            throw new IllegalArgumentException(
                    "The name of a topic does not begin with U+0001 or U+0002: '" + name + "'");
        }
    }

    private static void checkName(String name) {
        if (name.isBlank() || name.length() > StreamName.MAX_TOPIC_LENGTH) {
            throw new IllegalArgumentException("The name of a topic or map has 1 to " + StreamName.MAX_TOPIC_LENGTH
                    + " characters: '" + name + "'");
        }
    }

    private static void checkFormat(String kind, String name, String open, String wanted) {
        if (!open.equals(wanted)) {
            throw new IllegalArgumentException(kind + " '" + name + "' is open with codec " + open + ", not " + wanted);
        }
    }

    private static <C> C open(Map<String, C> opened, String name, String kind, Supplier<C> factory) {
        C existing = opened.get(name);
        if (existing != null) {
            return existing;
        }
        if (opened.size() >= MAX_OPEN) {
            throw new IllegalStateException("At most " + MAX_OPEN + " " + kind + " can be open");
        }
        return opened.computeIfAbsent(name, unused -> factory.get());
    }
}
