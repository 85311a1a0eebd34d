package dev.grapevine.bench;

import io.scalecube.cluster.transport.api.Message;
import io.scalecube.cluster.transport.api.MessageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** ScaleCube's messages: bytes as they are, everything else by Java's serialisation, which is its default for all. */
final class RawMessageCodec implements MessageCodec {

    private static final int RAW = 0;
    private static final int OBJECT = 1;

    @Override
    public Message deserialize(InputStream stream) throws Exception {
        if (stream.read() == RAW) {
            return Message.fromData(stream.readAllBytes());
        }
        return (Message) new ObjectInputStream(stream).readObject();
    }

    @Override
    public void serialize(Message message, OutputStream stream) throws IOException {
        Object data = message.data();
        if (data instanceof byte[] bytes && message.headers().isEmpty()) {
            stream.write(RAW);
            stream.write(bytes);
        } else {
            stream.write(OBJECT);
            ObjectOutputStream objects = new ObjectOutputStream(stream);
            objects.writeObject(message);
            objects.flush();
        }
    }
}
