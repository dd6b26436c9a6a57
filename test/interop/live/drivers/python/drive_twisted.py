from twisted.internet import protocol, reactor
from twisted.protocols.memcache import MemCacheProtocol

from driver import MISSING, serve


class Twisted:
    def open(self, servers, setup):
        (server,) = servers  # it is a connection, and knows no other
        creator = protocol.ClientCreator(reactor, MemCacheProtocol)
        self.client = outcome(creator.connectTCP(server["host"], server["port"]))

    def set(self, key, value, ttl):
        return outcome(self.client.set(key.encode(), value, expireTime=ttl))

    def get(self, key):
        _, value = outcome(self.client.get(key.encode()))
        return MISSING if value is None else value

    def incr(self, key, by):
        return str(outcome(self.client.increment(key.encode(), by)))

    def decr(self, key, by):
        return str(outcome(self.client.decrement(key.encode(), by)))

    def append(self, key, text):
        return outcome(self.client.append(key.encode(), text.encode()))

    def gets(self, key):
        _, self.token, value = outcome(self.client.get(key.encode(), withIdentifier=True))
        return value

    def cas(self, key, value):
        return outcome(self.client.checkAndSet(key.encode(), value, self.token))


def outcome(deferred):
    """Runs the reactor until there is one."""
    outcomes = []
    deferred.addCallbacks(
        lambda value: outcomes.append((value, None)),
        lambda failure: outcomes.append((None, failure.value)),
    )
    while not outcomes:
        reactor.iterate(0.05)
    value, error = outcomes[0]
    if error is not None:
        raise error
    return value


reactor.startRunning(installSignalHandlers=False)
serve(Twisted())
