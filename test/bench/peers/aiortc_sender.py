"""Two cameras by aiortc, as people do it today: raw frames into Python, a software encoder a track, one RTCPeerConnection.

usage: aiortc_sender.py WIDTH HEIGHT CAMERA_LEFT CAMERA_RIGHT    (cameras: gst-launch text that ends in I420)

Speaks JSON, a message a line: says {"camera": PID of its gst-launch-1.0}, {"offer": SDP}; takes {"answer": SDP} and {"candidate": {...}}.
"""

import asyncio
import fractions
import json
import os
import subprocess
import sys
import threading

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

WIDTH, HEIGHT = (int(text) for text in sys.argv[1:3])
CLOCK_RATE = 90_000


class Camera(MediaStreamTrack):
    """Gives the newest frame that came through a pipe; one that the encoder had no time for is left out."""

    kind = "video"

    def __init__(self, pipe, loop):
        super().__init__()
        self.pipe = pipe
        self.loop = loop
        self.newest = None
        self.came = asyncio.Event()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        size = WIDTH * HEIGHT * 3 // 2
        with os.fdopen(self.pipe, "rb", buffering=size) as stream:
            while len(pixels := stream.read(size)) == size:
                self.loop.call_soon_threadsafe(self.take, pixels)

    def take(self, pixels):
        self.newest = pixels
        self.at = self.loop.time()
        self.came.set()

    async def recv(self):
        await self.came.wait()
        self.came.clear()
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        start = 0
        for plane in frame.planes:
            end = start + plane.line_size * plane.height
            plane.update(self.newest[start:end])
            start = end
        frame.pts = int(self.at * CLOCK_RATE)
        frame.time_base = fractions.Fraction(1, CLOCK_RATE)
        return frame


def say(message):
    print(json.dumps(message), flush=True)


async def main():
    loop = asyncio.get_running_loop()
    pipes = [os.pipe(), os.pipe()]
    text = " ".join(f"{camera} ! fdsink fd={write}" for camera, (_, write) in zip(sys.argv[3:5], pipes))
    camera = subprocess.Popen(
        ["gst-launch-1.0", "-q", *text.split()], pass_fds=[write for _, write in pipes], stdin=subprocess.DEVNULL
    )
    for _, write in pipes:
        os.close(write)
    say({"camera": camera.pid})
    peer = RTCPeerConnection()
    h264 = [codec for codec in RTCRtpSender.getCapabilities("video").codecs if codec.mimeType == "video/H264"]
    for read, _ in pipes:
        peer.addTransceiver(Camera(read, loop), direction="sendonly").setCodecPreferences(h264)
    await peer.setLocalDescription(await peer.createOffer())
    say({"offer": peer.localDescription.sdp})
    try:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            message = json.loads(line)
            if "answer" in message:
                await peer.setRemoteDescription(RTCSessionDescription(message["answer"], "answer"))
            else:
                candidate = candidate_from_sdp(message["candidate"]["candidate"].split(":", 1)[1])
                candidate.sdpMLineIndex = message["candidate"]["sdpMLineIndex"]
                await peer.addIceCandidate(candidate)
    finally:
        camera.kill()
        camera.wait()
        await peer.close()


asyncio.run(main())
