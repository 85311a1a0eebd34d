package dev.grapevine.bench;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.TP;

/**
 * JGroups: the {@code tcp.xml} that it ships, with the members named to TCPPING, no diagnostics and TCP_NODELAY. Each message goes to the group; its flow
 * control (MFC) holds back the publisher, its bundler batches.
 */
final class JGroupsFanout implements Fanout {

    private final List<JChannel> channels = new ArrayList<>();
    private final CountDownLatch complete;

    JGroupsFanout(Placement placement, Board board) throws Exception {
        System.setProperty("tcp-nodelay", "true");
        System.setProperty("jgroups.tcp.port_range", "0");
        System.setProperty("jgroups.tcpping.initial_hosts", placement.all("%s[%d]"));
        complete = new CountDownLatch(placement.last() - placement.first() + 1);
        for (int member : placement.here().toArray()) {
            JChannel channel = new JChannel("tcp.xml");
            TP transport = channel.getProtocolStack().getTransport();
            transport.setBindAddress(InetAddress.getByName(Placement.HOST)).setBindPort(placement.port(member));
            transport.getDiagnosticsHandler().setEnabled(false);
            channel.setDiscardOwnMessages(true);
            channel.setReceiver(receiver(placement.members(), board, member - 1));
            channel.connect("bench");
            channels.add(channel);
        }
        complete.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private Receiver receiver(int members, Board board, int receiver) {
        return new Receiver() {
            @Override
            public void receive(Message message) {
                if (receiver >= 0) {
                    board.arrived(receiver, Numbered.number(message.getArray(), message.getOffset()));
                }
            }

            @Override
            public void viewAccepted(View view) {
                if (view.size() == members) {
                    complete.countDown();
                }
            }
        };
    }

    @Override
    public void burst(byte[] message, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            publish(message);
        }
    }

    @Override
    public void publish(byte[] message) throws Exception {
        channels.get(0).send(new BytesMessage(null, message));
    }

    @Override
    public void close() {
        channels.forEach(JChannel::close);
    }
}
