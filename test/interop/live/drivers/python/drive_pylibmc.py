import pylibmc

from driver import ClientDriver, serve


class Pylibmc(ClientDriver):
    def open(self, servers, setup):
        self.compression = {"min_compress_len": setup.pop("min_compress_len", 0)}
        if "namespace" in setup:
            # One of str pylibmc 1.6.3 reads from memory that it has given back.
            setup["namespace"] = setup["namespace"].encode()
        names = [f"{server['host']}:{server['port']}:{server['weight']}" for server in servers]
        self.client = pylibmc.Client(names, behaviors={"cas": True, **setup})

    def set(self, key, value, ttl):
        return self.client.set(key, value, time=ttl, **self.compression)


serve(Pylibmc())
