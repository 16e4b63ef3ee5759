/** A texture that holds a frame of a video, or a canvas. */
export class Picture {
  readonly texture: WebGLTexture;
  readonly #gl: WebGL2RenderingContext;
  width = 0;
  height = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /** Copies what the source shows now; on most machines from GPU to GPU. */
  upload(source: HTMLVideoElement | HTMLCanvasElement | VideoFrame): void {
    const gl = this.#gl;
    const [width, height] = sizeOf(source);
    if (width === 0 || height === 0) return;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    // What is drawn over a picture is blended by its alpha.
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, source instanceof HTMLCanvasElement);
    if (width === this.width && height === this.height)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, source);
    else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, source);
    [this.width, this.height] = [width, height];
  }

  close(): void {
    this.#gl.deleteTexture(this.texture);
  }
}

function sizeOf(source: HTMLVideoElement | HTMLCanvasElement | VideoFrame): [width: number, height: number] {
  if (source instanceof HTMLVideoElement) return [source.videoWidth, source.videoHeight];
  if (source instanceof HTMLCanvasElement) return [source.width, source.height];
  return [source.displayWidth, source.displayHeight];
}
