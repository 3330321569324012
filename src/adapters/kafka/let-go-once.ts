import Connection from 'kafkajs/src/network/connection.js';

const { disconnect } = Connection.prototype;

/**
 * While a broker is away, KafkaJS 2.2.4 lets go of a connection that failed again and again, with every further attempt. A socket that is gone
 * then waits each time, with one more listener, for a connection that it will never have; of the eleventh Node warns as of a leak.
 */
export const letGoOnce = (): void => {
  Connection.prototype.disconnect = async function letGo() {
    const done = await disconnect.call(this);
    const { socket } = this;
    if (socket?.destroyed === true) socket.removeAllListeners('connect');
    return done;
  };
};
