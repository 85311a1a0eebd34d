package dev.grapevine.bench;

import io.scalecube.cluster.Cluster;
import io.scalecube.cluster.ClusterImpl;
import io.scalecube.cluster.ClusterMessageHandler;
import io.scalecube.cluster.Member;
import io.scalecube.cluster.membership.MembershipEvent;
import io.scalecube.cluster.transport.api.Message;
import io.scalecube.transport.netty.tcp.TcpTransportFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;

/**
 * ScaleCube's cluster over TCP. It has no topics; its gossip reaches everybody, at the pace of its rounds. So each message is
 * sent to each member, which is the fastest that it offers.
 */
final class ScaleCubeFanout implements Fanout {

    private static final int UNDER_WAY = 256;

    private final List<Cluster> clusters = new ArrayList<>();
    private final Cluster publisher;
    private final CountDownLatch others;

    ScaleCubeFanout(Placement placement, Board board) throws InterruptedException {
        others = new CountDownLatch(placement.members() - 1);
        placement.here().forEach(member -> clusters.add(start(placement, board, member)));
        publisher = clusters.get(0);
        others.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private Cluster start(Placement placement, Board board, int member) {
        ClusterMessageHandler handler = new ClusterMessageHandler() {
            @Override
            public void onMessage(Message message) {
                board.arrived(member - 1, Numbered.number((byte[]) message.data(), 0));
            }

            @Override
            public void onMembershipEvent(MembershipEvent event) {
                if (event.isAdded() && member == placement.first()) {
                    others.countDown(); // the list of members cannot be read safely while they come
                }
            }
        };
        return new ClusterImpl()
                .config(config -> config.externalHost(Placement.HOST).externalPort(placement.port(member)))
                .transport(transport -> transport.port(placement.port(member)).messageCodec(new RawMessageCodec()))
                .transportFactory(TcpTransportFactory::new)
                .membership(membership -> membership.seedMembers(placement.address(0)))
                .handler(unused -> handler)
                .startAwait();
    }

    private Flux<Void> send(byte[] bytes, List<Member> members) {
        Message message = Message.fromData(bytes);
        return Flux.fromIterable(members)
                .flatMap(member -> publisher.transport().send(member.address(), message));
    }

    @Override
    public void burst(byte[] message, int count) {
        List<Member> members = List.copyOf(publisher.otherMembers());
        Flux.range(0, count).flatMap(i -> send(message, members), UNDER_WAY).blockLast(PATIENCE);
    }

    @Override
    public void publish(byte[] message) {
        send(message, List.copyOf(publisher.otherMembers())).subscribe();
    }

    @Override
    public void close() {
        clusters.forEach(Cluster::shutdown);
    }
}
