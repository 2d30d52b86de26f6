mod digest;
mod read;
