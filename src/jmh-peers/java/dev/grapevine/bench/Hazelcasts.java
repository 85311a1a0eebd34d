package dev.grapevine.bench;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import com.hazelcast.topic.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Members of Hazelcast on loopback: TCP/IP join, nothing that calls home. */
final class Hazelcasts implements AutoCloseable {

    private final List<HazelcastInstance> members = new ArrayList<>();
    private final ITopic<byte[]> topic;

    Hazelcasts(
            Placement placement,
            Board board,
            Config base,
            Function<HazelcastInstance, ITopic<byte[]>> topics,
            TopicSubscriber subscriber) {
        placement.here().forEach(member -> {
            HazelcastInstance instance = Hazelcast.newHazelcastInstance(configured(base, placement, member));
            members.add(instance);
            if (member > 0) {
                subscriber.subscribe(
                        topics.apply(instance),
                        message -> board.arrived(member - 1, Numbered.number(message.getMessageObject(), 0)));
            }
        });
        topic = topics.apply(members.get(0));
        while (members.get(0).getCluster().getMembers().size() < placement.members()) {
            Thread.onSpinWait();
        }
    }

    /** How a member listens. */
    @FunctionalInterface
    interface TopicSubscriber {

        void subscribe(ITopic<byte[]> topic, java.util.function.Consumer<Message<byte[]>> receiver);
    }

    private static Config configured(Config base, Placement placement, int member) {
        Config config = base.setClusterName("bench")
                .setInstanceName("member-" + member)
                .setProperty("hazelcast.logging.type", "none")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.socket.bind.any", "false");
        config.getJetConfig().setEnabled(false);
        config.getNetworkConfig()
                .setPort(placement.port(member))
                .setPortAutoIncrement(false)
                .getInterfaces()
                .setEnabled(true)
                .setInterfaces(List.of(Placement.HOST));
        JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(List.of(placement.all("%s:%d")));
        return config;
    }

    ITopic<byte[]> topic() {
        return topic;
    }

    @Override
    public void close() {
        members.forEach(member -> member.getLifecycleService().terminate());
    }
}
