// Gives Node what browsers have, for files that are written for pages: `node --import ./web-socket.mjs FILE`.
import WebSocket from 'ws';

globalThis.WebSocket = WebSocket;
