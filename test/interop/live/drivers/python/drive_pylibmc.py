import pylibmc

from driver import MISSING, serve


class Pylibmc:
    def open(self, servers, setup):
        self.compression = {"min_compress_len": setup.pop("min_compress_len", 0)}
        if "namespace" in setup:
            # One of str pylibmc 1.6.3 reads from memory that it has given back.
            setup["namespace"] = setup["namespace"].encode()
        names = [f"{server['host']}:{server['port']}:{server['weight']}" for server in servers]
        self.client = pylibmc.Client(names, behaviors={"cas": True, **setup})

    def set(self, key, value, ttl):
        return self.client.set(key, value, time=ttl, **self.compression)

    def get(self, key):
        return self.client.get(key, MISSING)

    def incr(self, key, by):
        return str(self.client.incr(key, by))

    def decr(self, key, by):
        return str(self.client.decr(key, by))

    def append(self, key, text):
        return self.client.append(key, text)

    def gets(self, key):
        value, self.token = self.client.gets(key)
        return value

    def cas(self, key, value):
        return self.client.cas(key, value, self.token)


serve(Pylibmc())
